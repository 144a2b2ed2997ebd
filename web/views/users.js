import { api } from '../api.js'
import { actions, delegate } from '../lib/dom.js'
import { html, render } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { formDialog } from '../lib/dialog.js'
import { field, problemFace } from '../lib/form.js'
import { store } from '../store.js'
import { actionMenu } from '../components/action-menu/action-menu.js'
import { confirmed } from '../components/confirm-dialog/confirm-dialog.js'
import { toast, toastProblem } from '../components/toast-list/toast-list.js'
import '../components/relative-time/relative-time.js'
import { ROLES } from './account.js'

export const mount = (root, { signal }) => {
  document.title = 'Users · NodePilot'
  const view = { users: null, problem: null }
  const draw = () => { if (!signal.aborted) render(root, page(view)) }
  const load = async () => {
    try {
      Object.assign(view, { users: (await api.get('/api/users', { signal })).users, problem: null })
    } catch (problem) {
      if (problem.name === 'AbortError') return
      view.problem = problem
    }
    draw()
  }
  const named = (name) => view.users.find((each) => each.username === name)
  delegate(root, 'change', 'select[data-user]', async (_, select) => {
    const user = named(select.dataset.user)
    try {
      Object.assign(user, await api.patch(`/api/users/${user.id}`, { role: select.value }))
      toast(`${user.username} is ${user.role} now.`)
    } catch (problem) {
      select.value = user.role
      toastProblem(problem)
    }
  }, signal)
  actions(root, {
    again: load,
    add: () => ask({ title: 'New user', verb: 'Make the user', hasName: true, work: async ({ username, password, role }) => { await api.post('/api/users', { username: username.trim(), password, role }); toast(`${username} may sign in now.`); load() } }),
    password: ({ dataset: { name } }) => ask({ title: `New password for ${name}`, verb: 'Set the password', work: async ({ password }) => { await api.patch(`/api/users/${named(name).id}`, { password }); toast(`The password of ${name} is set.`) } }),
    remove: async ({ dataset: { name } }) => {
      const isDone = await confirmed({ title: `Remove ${name}?`, text: 'Their sessions and API tokens end at once.', verb: 'Remove', work: () => api.delete(`/api/users/${named(name).id}`) })
      if (isDone) load()
    },
  }, signal)
  draw()
  load()
}

// MARK: - Private

const page = ({ users, problem }) => html`<div class="page"><header class="page-head"><h1>Users</h1><button type="button" class="button primary" data-action="add">${icons.plus}New user</button></header>
  ${problem ? problemFace(problem) : html`<section class="card with-menus"><table class="table stacks"><thead><tr><th>Name</th><th>Role</th><th>Since</th><th><span class="unseen">Actions</span></th></tr></thead><tbody>
    ${users ? users.map(row) : html`<tr><td><span class="skeleton line"></span></td><td></td><td></td><td></td></tr>`}</tbody></table></section>
    <dl class="facts roles muted small">${Object.entries(ROLES).map(([role, text]) => html`<dt><b>${role}</b></dt><dd>${text}</dd>`)}</dl>`}</div>`

const row = (user) => html`<tr data-key="${user.id}"><td><b>${user.username}</b>${user.id === store.user.id ? html` <span class="muted">you</span>` : ''}</td>
  <td><select class="input role" data-user="${user.username}" aria-label="Role of ${user.username}">${Object.keys(ROLES).map((role) => html`<option value="${role}" ${role === user.role ? html`selected` : ''}>${role}</option>`)}</select></td>
  <td data-label="Since"><relative-time at="${user.created_at}"></relative-time></td>
  <td class="controls">${actionMenu(`Actions for ${user.username}`, [{ action: 'password', text: 'Set a password…', icon: icons.key }, user.id !== store.user.id && { action: 'remove', text: 'Remove…', icon: icons.trash, isDangerous: true }], user.username)}</td></tr>`

const ask = ({ title, verb, hasName = false, work }) => formDialog({
  title, verb, work,
  body: html`${hasName ? field({ label: 'Name', name: 'username', attributes: html`required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false"` }) : ''}
    ${field({ label: 'Password', name: 'password', kind: 'password', help: 'At least 10 characters. They can change it under Account.', attributes: html`required minlength="10" autocomplete="new-password"` })}
    ${hasName ? html`<div class="field" data-field="role"><label for="user-role">Role</label><select class="input" id="user-role" name="role">${['user', 'viewer', 'admin'].map((role) => html`<option value="${role}">${role}: ${ROLES[role]}</option>`)}</select></div>` : ''}`,
})
