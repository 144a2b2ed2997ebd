// The only door to the server: every request goes through here. The access token lives in this module's memory and
// nowhere else; the refresh cookie is the browser's, and scripts cannot read it.

/** An answer that is no success: problem details (RFC 9457), or what the network said. */
export class Problem extends Error {
  constructor({ status = 0, code = 'network', detail, hint, fields = [], requestID }) {
    super(detail)
    Object.assign(this, { status, code, detail, hint, fields, requestID })
  }
}

const SESSION_HINT = 'nodepilot.session'
const EARLY = 30_000

let token = null
let tokenEnds = 0
let refreshing = null
let onSignedOut = () => {}

export const api = {
  get: (path, options) => send('GET', path, options),
  post: (path, json, options) => send('POST', path, { ...options, json }),
  patch: (path, json, options) => send('PATCH', path, { ...options, json }),
  delete: (path, options) => send('DELETE', path, options),
  open, upload, restore, signIn, setUp, signOut,
  /** Called once when the session has ended and cannot be renewed. */
  whenSignedOut: (listener) => { onSignedOut = listener },
}

/** The user of the refresh cookie, or null when there is no session. */
async function restore() {
  // Without this note there never was a session here, and asking would only write an error to the console.
  if (!localStorage.getItem(SESSION_HINT)) return null
  try {
    return await refresh()
  } catch (problem) {
    if (problem.status === 401) return null
    throw problem
  }
}

async function signIn(username, password) {
  return keep(await send('POST', '/api/auth/login', { json: { username, password }, isPublic: true }))
}

async function setUp(code, username, password) {
  return keep(await send('POST', '/api/setup', { json: { code, username, password }, isPublic: true }))
}

async function signOut() {
  try {
    await send('POST', '/api/auth/logout', { isPublic: true })
  } finally {
    forget()
  }
}

/** A response whose body is read as it comes (event streams). */
async function open(path, { signal, headers = {} } = {}) {
  const response = await authorised((bearer) => raw(path, { signal, headers: { ...headers, ...bearer } }))
  if (!response.ok) throw await problemOf(response)
  return response
}

/** Sends a form with its progress; fetch cannot tell how much of a request has gone. */
async function upload(path, form, { onProgress, signal } = {}) {
  await fresh()
  const attempt = () => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total)
    request.onload = () => resolve(request)
    request.onerror = () => reject(unreachable('The connection broke during the upload.'))
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
  let request = await attempt()
  if (request.status === 401) { await refresh(); request = await attempt() }
  const body = parsed(request.responseText)
  if (request.status >= 200 && request.status < 300) return body
  throw toProblem(request.status, body, request.getResponseHeader('X-Request-ID'))
}

// MARK: - Private

async function send(method, path, { json, signal, isPublic = false } = {}) {
  const options = { method, signal, headers: { Accept: 'application/json' } }
  if (json !== undefined) {
    options.body = JSON.stringify(json)
    options.headers['Content-Type'] = 'application/json'
  }
  const call = (bearer) => raw(path, { ...options, headers: { ...options.headers, ...bearer } })
  const response = isPublic || path === '/api/setup' ? await call({}) : await authorised(call)
  if (!response.ok) throw await problemOf(response)
  return response.status === 204 ? null : response.json()
}

async function authorised(call) {
  await fresh()
  const response = await call({ Authorization: `Bearer ${token}` })
  if (response.status !== 401) return response
  await refresh()
  return call({ Authorization: `Bearer ${token}` })
}

async function fresh() {
  if (!token || Date.now() > tokenEnds - EARLY) await refresh()
}

/** One at a time in this tab, and in all tabs: a rotated cookie that is used twice ends the whole session. */
function refresh() {
  refreshing ??= alone(async () => {
    const answer = await send('POST', '/api/auth/refresh', { isPublic: true })
    return keep(answer)
  }).catch((problem) => {
    if (problem.status === 401) {
      const wasSignedIn = token !== null
      forget()
      if (wasSignedIn) onSignedOut()
    }
    throw problem
  }).finally(() => { refreshing = null })
  return refreshing
}

const alone = (work) => (navigator.locks ? navigator.locks.request('nodepilot.refresh', work) : work())

function keep(answer) {
  token = answer.access_token
  tokenEnds = Date.now() + answer.expires_in * 1000
  localStorage.setItem(SESSION_HINT, 'yes')
  return answer.user
}

function forget() {
  token = null
  tokenEnds = 0
  localStorage.removeItem(SESSION_HINT)
}

async function raw(path, options) {
  try {
    return await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw unreachable('The server cannot be reached.')
  }
}

const unreachable = (detail) =>
  new Problem({ detail, hint: 'Check the network; this page tries again when the server is back.' })

async function problemOf(response) {
  return toProblem(response.status, parsed(await response.text()), response.headers.get('X-Request-ID'))
}

const toProblem = (status, body, requestID) => new Problem({
  status, code: body?.code ?? 'internal', detail: body?.detail ?? `The server answered ${status}.`,
  hint: body?.hint ?? (body?.code ? undefined : 'Try again in a moment.'), fields: body?.fields,
  requestID: body?.request_id ?? requestID,
})

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return null // a proxy's page or an empty body: the status alone must tell
  }
}
