// Reads what people paste from `.env` files.

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/
const ESCAPES = { n: '\n', r: '\r', t: '\t' }

/** `{variables: [{name, value}], problems: [{line, text}]}`: quotes as in shells, `#` comments, values over several lines in quotes. */
export const parseDotenv = (text) => {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const found = new Map()
  const problems = []
  for (let index = 0; index < lines.length; index += 1) {
    const start = index
    const line = lines[index]
    if (!line.trim() || line.trim().startsWith('#')) continue
    const match = LINE.exec(line)
    if (!match) { problems.push({ line: start + 1, text: line.trim().slice(0, 60) }); continue }
    let rest = match[2]
    const quote = /^["']/.exec(rest)?.[0]
    if (!quote) { found.set(match[1], rest.replace(/\s+#.*$/, '').trim()); continue }
    let end = closing(rest, quote)
    while (end < 0 && index + 1 < lines.length) { index += 1; rest += `\n${lines[index]}`; end = closing(rest, quote) }
    if (end < 0) { problems.push({ line: start + 1, text: 'a quote that is not closed' }); index = start; continue }
    const inner = rest.slice(1, end)
    found.set(match[1], quote === '"' ? inner.replace(/\\(.)/gs, (_, c) => ESCAPES[c] ?? c) : inner)
  }
  return { variables: [...found].map(([name, value]) => ({ name, value })), problems }
}

// MARK: - Private

const closing = (text, quote) => {
  for (let at = 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return -1
}
