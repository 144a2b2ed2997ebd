import { api } from '../api.js'
import { field, whenSubmitted } from '../lib/form.js'
import { html, render } from '../lib/html.js'
import { mark } from '../lib/icons.js'
import { navigate } from '../router.js'

export const mount = (root, { query, signal }) => {
  document.title = 'Set up · NodePilot'
  render(root, html`<div class="door-card">
    <p class="wordmark">${mark}<span>NodePilot</span></p>
    <form class="form">
      <div><h1>Set up this server</h1><p class="muted">Make the first administrator. This page works once.</p></div>
      ${field({ label: 'One-time code', name: 'code', value: query.get('code') ?? '', attributes: html`required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"`, mono: true, help: html`The server printed it when it was installed. Read it again on the server with <code>journalctl -u nodepilot</code>.` })}
      ${field({ label: 'Name', name: 'username', attributes: html`required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false"` })}
      ${field({ label: 'Password', name: 'password', kind: 'password', help: 'At least 10 characters. A sentence is good.', attributes: html`required minlength="10" autocomplete="new-password"` })}
      <button type="submit" class="button primary">Make the administrator</button>
    </form>
  </div>`)
  root.querySelector(query.get('code') ? '[name=username]' : '[name=code]').focus()
  whenSubmitted(root.querySelector('form'), async ({ code, username, password }) => {
    const user = await api.setUp(code.trim(), username.trim(), password)
    document.dispatchEvent(new CustomEvent('signed-in', { detail: { user } }))
  }, signal)
  // Someone may have been first: then there is nothing to set up here.
  api.get('/api/setup', { signal }).then(({ needed }) => { if (!needed && !signal.aborted) navigate('/sign-in', { replace: true }) }, () => {
    // The form's own answer will say what is wrong.
  })
}
