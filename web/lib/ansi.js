// Colours of terminals in logs (ECMA-48 SGR): the sixteen named ones and bold; every other escape is dropped.
import { html } from './html.js'

const ESCAPE = /\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1a\x1c-\x1f]/g
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

export const plain = (text) => (text.includes('\x1b') ? text.replace(ESCAPE, '') : text)

/** Runs of `{text, className}`. */
export const runs = (text) => {
  if (!text.includes('\x1b')) return [{ text, className: '' }]
  const found = []
  let style = { colour: '', bold: false }
  let position = 0
  for (const match of text.matchAll(ESCAPE)) {
    push(found, text.slice(position, match.index), style)
    position = match.index + match[0].length
    if (match[1] !== undefined) style = match[1].split(';').reduce(applied, style)
  }
  push(found, text.slice(position), style)
  return found
}

/** Markup of a line with its colours and with what matches `needle` (lower case) marked. */
export const coloured = (text, needle = '') => runs(text).map(({ text: part, className }) => {
  const content = needle ? marked(part, needle) : part
  return className ? html`<span class="${className}">${content}</span>` : html`${content}`
})

// MARK: - Private

const applied = (style, word) => {
  const code = Number(word || 0)
  if (code === 0) return { colour: '', bold: false }
  if (code === 1) return { ...style, bold: true }
  if (code === 22) return { ...style, bold: false }
  if (code === 39) return { ...style, colour: '' }
  if (code >= 30 && code <= 37) return { ...style, colour: NAMES[code - 30] }
  if (code >= 90 && code <= 97) return { ...style, colour: NAMES[code - 90] }
  return style
}

const push = (found, text, { colour, bold }) => {
  if (!text) return
  found.push({ text, className: [colour && `ansi-${colour}`, bold && 'ansi-bold'].filter(Boolean).join(' ') })
}

const marked = (text, needle) => {
  const lower = text.toLowerCase()
  const parts = []
  let position = 0
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, position)) {
    parts.push(text.slice(position, at), html`<mark>${text.slice(at, at + needle.length)}</mark>`)
    position = at + needle.length
  }
  return [...parts, text.slice(position)]
}
