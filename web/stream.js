// Server-sent events over fetch, because EventSource cannot carry a token (WHATWG HTML, 9.2).
import { api } from './api.js'

const SILENCE = 45_000
const LONGEST_PAUSE = 15_000

/** Reads `path` until `signal` aborts and connects again by itself. `on.event(type, data, id)`;
    `on.state(state)` with `live`, `lost` or `refused`. */
export const follow = async (path, { on, signal }) => {
  let failures = 0
  let lastID = ''
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream', ...(lastID && { 'Last-Event-ID': lastID }) }
      await listen(path, headers, signal, () => { failures = 0; on.state?.('live') }, (type, data, id) => {
        if (id) lastID = id
        on.event(type, data, id)
      })
    } catch (error) {
      if (signal.aborted) return
      if ([401, 403, 404].includes(error.status)) { on.state?.('refused', error); return }
    }
    if (signal.aborted) return
    failures += 1
    // A stream that ends and is taken up at once (a restart, a proxy's limit) is nothing to tell people about.
    if (failures > 1) on.state?.('lost')
    await pause(Math.min(LONGEST_PAUSE, 400 * 2 ** (failures - 1)) * (0.7 + Math.random() * 0.6), signal)
  }
}

// MARK: - Private

const listen = async (path, headers, signal, opened, onEvent) => {
  const silence = new AbortController()
  const either = AbortSignal.any([signal, silence.signal])
  let timer = setTimeout(() => silence.abort(), SILENCE)
  try {
    const response = await api.open(path, { headers, signal: either })
    opened()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    const parse = parser(onEvent)
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE)
      parse(value)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Lines to events; what is not yet a whole line waits for the next piece. */
export const parser = (onEvent) => {
  let rest = ''
  let event = { type: 'message', data: [], id: '' }
  const line = (text) => {
    if (text === '') {
      if (event.data.length) onEvent(event.type, JSON.parse(event.data.join('\n')), event.id)
      event = { type: 'message', data: [], id: '' }
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event.type = value
    else if (field === 'data') event.data.push(value)
    else if (field === 'id') event.id = value
  }
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()
    lines.forEach(line)
  }
}

const pause = (milliseconds, signal) => new Promise((resolve) => {
  const done = () => { clearTimeout(timer); window.removeEventListener('online', done); resolve() }
  const timer = setTimeout(done, milliseconds)
  window.addEventListener('online', done, { once: true })
  signal.addEventListener('abort', done, { once: true })
})
