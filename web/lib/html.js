// The only way to make HTML: a tagged template that escapes every value, and a renderer that changes what differs.

class Markup {
  constructor(text) { this.text = text }
  toString() { return this.text }
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text) => text.replace(/[&<>"']/g, (character) => ENTITIES[character])

const written = (value) => {
  if (value === null || value === undefined || value === false || value === true) return ''
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(written).join('')
  return escape(String(value))
}

/** Markup from a template. Values are escaped unless they are markup themselves; lists are joined; attributes are quoted. */
export const html = (strings, ...values) => {
  let text = strings[0]
  values.forEach((value, index) => { text += written(value) + strings[index + 1] })
  return new Markup(text)
}

/** The server's sentences: what stands between backticks is code. */
export const prose = (text) => (text ?? '').split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : part))

/** An address that may stand in `href`: http(s) or a path of ours; anything else leads nowhere. */
export const safeLink = (address) => (/^(https?:\/\/|\/(?!\/))/.test(address ?? '') ? address : '#')

/** A detached element from markup that has exactly one root. */
export const element = (markup) => {
  const template = document.createElement('template')
  template.innerHTML = markup.toString().trim()
  return template.content.firstElementChild
}

/** Makes `root` look like `markup`, touching only what differs: focus, scroll, typed text and open folds stay. */
export const render = (root, markup) => {
  const template = document.createElement('template')
  template.innerHTML = markup.toString()
  morphChildren(root, template.content)
}

// MARK: - Private

// What behaviour has put on an element, and no template knows of; `data-live` names more of them.
const OWN_ATTRIBUTES = new Set(['aria-busy', 'aria-invalid'])

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') || node.id : '') || ''

const isAlike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

const morphChildren = (from, to) => {
  const keyed = new Map()
  const wantedKeys = new Set([...to.childNodes].map(keyOf))
  for (const child of [...from.childNodes]) {
    if (!keyOf(child)) continue
    // What is gone goes first: then what stays need not be moved, which would cost it its focus.
    if (wantedKeys.has(keyOf(child))) keyed.set(keyOf(child), child)
    else child.remove()
  }
  let current = from.firstChild
  for (const wanted of [...to.childNodes]) {
    const match = keyOf(wanted) ? keyed.get(keyOf(wanted)) : current
    if (match && isAlike(match, wanted)) {
      if (match === current) current = current.nextSibling
      else from.insertBefore(match, current)
      morphNode(match, wanted)
    } else {
      from.insertBefore(wanted, current)
    }
  }
  while (current) {
    const next = current.nextSibling
    current.remove()
    current = next
  }
}

const morphNode = (from, to) => {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue
    return
  }
  const isComponent = from.localName.includes('-') && !from.constructor.holdsViewContent
  const isOwn = (name) => OWN_ATTRIBUTES.has(name) || from.dataset.live?.split(' ').includes(name)
    || (name === 'open' && /^(details|dialog)$/.test(from.localName))
  for (const { name, value } of to.attributes) {
    if (!isOwn(name) && from.getAttribute(name) !== value) from.setAttribute(name, value)
  }
  for (const { name } of [...from.attributes]) {
    if (!isComponent && !isOwn(name) && !to.hasAttribute(name)) from.removeAttribute(name)
  }
  // What a component or an unmanaged element holds is its own; typed text belongs to the person.
  if (isComponent || from.hasAttribute('data-own')) return
  morphChildren(from, to)
}
