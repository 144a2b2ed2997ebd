// Addresses to views. A view is `mount(root, {params, query, signal})`; what it starts ends with `signal`.

const routes = []
let current = null
let onChange = () => {}

/** `path` as in `/projects/:name/:tab?`; `load` gives the view's module. */
export const route = (path, load, options = {}) => {
  const names = []
  const pattern = path.replace(/\/:(\w+)(\?)?/g, (_, name, optional) => {
    names.push(name)
    return optional ? '(?:/([^/]+))?' : '/([^/]+)'
  })
  routes.push({ pattern: new RegExp(`^${pattern}/?$`), names, load, options })
}

/** The route of a path with its parameters, or null. */
export const resolve = (path) => {
  for (const { pattern, names, load, options } of routes) {
    const match = pattern.exec(path)
    if (!match) continue
    const params = {}
    names.forEach((name, index) => { if (match[index + 1] !== undefined) params[name] = decoded(match[index + 1]) })
    return { load, options, params, path }
  }
  return null
}

export const navigate = (address, { replace = false } = {}) => {
  const url = new URL(address, location.href)
  if (url.pathname === location.pathname && url.search === location.search) replace = true
  history.replaceState({ ...history.state, scroll: window.scrollY }, '')
  history[replace ? 'replaceState' : 'pushState']({}, '', url)
  onChange({ isBack: false })
}

/** Changes the address of the same view, without telling anyone. */
export const note = (address) => history.replaceState(history.state, '', address)

/** A signal for the next view; the one before ends now. */
export const turn = () => {
  current?.abort()
  current = new AbortController()
  return current.signal
}

export const startRouter = (listener) => {
  onChange = listener
  history.scrollRestoration = 'manual'
  window.addEventListener('popstate', (event) => onChange({ isBack: true, scroll: event.state?.scroll ?? 0 }))
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]')
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute('download')) return
    if (link.origin !== location.origin || link.getAttribute('href').startsWith('#')) return
    event.preventDefault()
    navigate(link.href)
  })
}

// MARK: - Private

const decoded = (text) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray % names nothing: the view answers that it was not found
  }
}
