import { api } from '../api.js'
import { field, whenSubmitted } from '../lib/form.js'
import { html, render } from '../lib/html.js'
import { mark } from '../lib/icons.js'

export const mount = (root, { query, signal }) => {
  document.title = 'Sign in · NodePilot'
  render(root, html`<div class="door-card">
    <p class="wordmark">${mark}<span>NodePilot</span></p>
    <form class="form">
      <h1>Sign in</h1>
      ${field({ label: 'Name', name: 'username', attributes: html`required autocomplete="username" autocapitalize="none" spellcheck="false"` })}
      ${field({ label: 'Password', name: 'password', kind: 'password', attributes: html`required autocomplete="current-password"` })}
      <button type="submit" class="button primary">Sign in</button>
    </form>
    <p class="muted small">Password lost? On the server: <code>nodepilot admin users passwd NAME</code></p>
  </div>`)
  root.querySelector('[name=username]').focus()
  whenSubmitted(root.querySelector('form'), async ({ username, password }) => {
    const user = await api.signIn(username.trim(), password)
    document.dispatchEvent(new CustomEvent('signed-in', { detail: { user, next: nextOf(query) } }))
  }, signal)
}

// MARK: - Private

/** Only paths of this page: the address bar is not to be trusted. */
const nextOf = (query) => {
  const next = new URL(query.get('next') ?? '/projects', location.origin)
  return next.origin === location.origin ? next.pathname + next.search : '/projects'
}
