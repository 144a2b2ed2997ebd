// Small words for the document.

/** Listens to events inside `root` whose target matches `selector`, until `signal` aborts. */
export const delegate = (root, type, selector, listener, signal) => {
  root.addEventListener(type, (event) => {
    const target = event.target.closest?.(selector)
    if (target && root.contains(target)) listener(event, target)
  }, { signal })
}

/** Calls the handler named by `data-action` of what is clicked. */
export const actions = (root, handlers, signal) => delegate(root, 'click', '[data-action]', (event, target) => {
  handlers[target.dataset.action]?.(target, event)
}, signal)

/** Runs `work` at most once a frame however often it is asked for. */
export const eachFrame = (work) => {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    // A hidden tab has no frames, but its title and state should still be right.
    const later = document.hidden ? (next) => setTimeout(next, 200) : requestAnimationFrame
    later(() => { isAsked = false; work() })
  }
}

export const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** What a person calls a file, as a project's name: `Shop 2.zip` → `shop-2`; empty when nothing of it can be kept. */
export const suggestedName = (fileName) => fileName
  .replace(/\.(zip|tgz|tar\.gz)$/i, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '')
  .slice(0, 31).replace(/-+$/, '')

export const isArchive = (file) => /\.(zip|tgz|tar\.gz)$/i.test(file.name)

/** Puts text on the clipboard; false where the browser does not allow it. */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // the caller says so to the person
  }
}

/** Hands a text over as a file. */
export const download = (name, text) => {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
