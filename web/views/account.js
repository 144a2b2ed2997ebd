import { api } from '../api.js'
import { actions } from '../lib/dom.js'
import { html, render } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { formDialog } from '../lib/dialog.js'
import { field, problemFace, whenSubmitted } from '../lib/form.js'
import { store } from '../store.js'
import { confirmed } from '../components/confirm-dialog/confirm-dialog.js'
import { toast, toastProblem } from '../components/toast-list/toast-list.js'
import '../components/copy-button/copy-button.js'
import '../components/relative-time/relative-time.js'

export const ROLES = { admin: 'may do everything', user: 'makes projects, changes their own', viewer: 'sees all projects, changes nothing' }
const SCOPES = { deploy: 'Deploy: projects, but no users, tokens or passwords', read: 'Read: sees, changes nothing', full: 'Full: all that you may do' }

export const mount = (root, { signal }) => {
  document.title = 'Account · NodePilot'
  const view = { tokens: null, problem: null, secret: null }
  const draw = () => { if (!signal.aborted) render(root.querySelector('.token-list'), tokens(view)) }
  const load = async () => {
    try {
      Object.assign(view, { tokens: (await api.get('/api/tokens', { signal })).tokens, problem: null })
    } catch (problem) {
      if (problem.name === 'AbortError') return
      view.problem = problem
    }
    draw()
  }
  render(root, page(store.user))
  draw()
  load()
  if (location.pathname === '/tokens') root.querySelector('#tokens').scrollIntoView()
  whenSubmitted(root.querySelector('form'), async ({ current_password, new_password }, form) => {
    await api.post('/api/auth/change-password', { current_password, new_password })
    form.reset()
    toast('The password is changed. All other sessions have ended.')
  }, signal)
  actions(root, {
    again: load,
    leave: async () => {
      try {
        await api.signOut()
      } catch (problem) {
        toastProblem(problem)
      }
      document.dispatchEvent(new CustomEvent('signed-out'))
    },
    token: () => create((token) => { view.secret = token; load() }),
    seen: () => { view.secret = null; draw() },
    revoke: async ({ value }) => {
      const token = view.tokens.find((each) => String(each.id) === value)
      const isDone = await confirmed({ title: `Remove the token “${token.name}”?`, text: 'Whatever uses it is refused from now on.', verb: 'Remove', work: () => api.delete(`/api/tokens/${value}`) })
      if (isDone) load()
    },
  }, signal)
}

// MARK: - Private

const page = (user) => html`<div class="page"><header class="page-head"><h1>Account</h1></header>
  <div class="stack narrow">
    <section class="card"><div class="body who"><span class="avatar" aria-hidden="true">${user.username.slice(0, 1).toUpperCase()}</span><div><p><b>${user.username}</b></p><p class="muted small">${user.role}: ${ROLES[user.role]}</p></div><button type="button" class="button" data-action="leave">${icons.leave}Sign out</button></div></section>
    <section class="card" id="tokens"><header><h2>API tokens</h2><button type="button" class="button small" data-action="token">${icons.plus}New token</button></header><div class="token-list"></div></section>
    <section class="card"><header><h2>Change password</h2></header><form class="body form">
      <input class="unseen" type="text" name="username" value="${user.username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
      <div class="pair">${field({ label: 'Current password', name: 'current_password', kind: 'password', attributes: html`required autocomplete="current-password"` })}
      ${field({ label: 'New password', name: 'new_password', kind: 'password', help: 'At least 10 characters.', attributes: html`required minlength="10" autocomplete="new-password"` })}</div>
      <div class="buttons"><button type="submit" class="button primary">Change password</button><span class="muted small">All other sessions end.</span></div></form></section>
  </div></div>`

const tokens = ({ tokens: list, problem, secret }) => {
  if (problem) return html`<div class="body">${problemFace(problem)}</div>`
  if (!list) return html`<div class="body"><span class="skeleton line"></span></div>`
  return html`${secret ? html`<div class="secret" role="status"><p><b>${secret.name}</b> is made. Copy it now: it is not shown again.</p><div class="secret-line"><code>${secret.token}</code><copy-button label="Copy the token" text="${secret.token}"></copy-button><button type="button" class="button small" data-action="seen">I have it</button></div></div>` : ''}
    ${list.length ? html`<table class="table stacks"><thead><tr><th>Name</th><th>Scope</th><th>Made</th><th>Last used</th><th>Ends</th><th><span class="unseen">Actions</span></th></tr></thead><tbody>${list.map((each) => html`<tr data-key="${each.id}"><td><b>${each.name}</b></td><td><span class="tag">${each.scope}</span></td><td data-label="Made"><relative-time at="${each.created_at}"></relative-time></td><td data-label="Last used">${each.last_used_at ? html`<relative-time at="${each.last_used_at}"></relative-time>` : 'never'}</td><td data-label="Ends">${each.expires_at ? html`<relative-time at="${each.expires_at}"></relative-time>` : 'never'}</td><td class="controls"><button type="button" class="button quiet square small" data-action="revoke" value="${each.id}" aria-label="Remove ${each.name}">${icons.trash}</button></td></tr>`)}</tbody></table>`
      : secret ? '' : html`<p class="body muted">None yet. A token lets a program (a CI job, the command line on another machine) act for you.</p>`}`
}

const create = (made) => formDialog({
  title: 'New API token', verb: 'Make the token',
  body: html`${field({ label: 'Name', name: 'name', attributes: html`required maxlength="64" autocomplete="off" placeholder="GitHub Actions"`, help: 'What will use it, so that you know it again.' })}
    <div class="field" data-field="scope"><label for="token-scope">Scope</label><select class="input" id="token-scope" name="scope">${Object.entries(SCOPES).map(([value, word]) => html`<option value="${value}">${word}</option>`)}</select></div>
    <div class="field" data-field="expires_in_days"><label for="token-days">Ends</label><select class="input" id="token-days" name="expires_in_days">${[['90', 'in 90 days'], ['30', 'in 30 days'], ['365', 'in a year'], ['', 'never']].map(([value, word]) => html`<option value="${value}">${word}</option>`)}</select></div>`,
  work: async ({ name, scope, expires_in_days: days }) => made(await api.post('/api/tokens', { name: name.trim(), scope, ...(days && { expires_in_days: Number(days) }) })),
})
