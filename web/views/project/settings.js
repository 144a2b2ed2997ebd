import { api } from '../../api.js'
import { html, render } from '../../lib/html.js'
import { field, whenSubmitted } from '../../lib/form.js'
import { act } from '../../lib/project-actions.js'
import { actions } from '../../lib/dom.js'
import { icons } from '../../lib/icons.js'
import { navigate } from '../../router.js'
import { plural } from '../../lib/format.js'
import { store } from '../../store.js'
import { confirmed } from '../../components/confirm-dialog/confirm-dialog.js'
import { toast } from '../../components/toast-list/toast-list.js'

export const mount = (root, { name, signal }) => {
  const project = store.project(name)
  const may = store.mayChange(project)
  render(root, page(project, may))
  if (!may) { root.querySelectorAll('input').forEach((each) => { each.disabled = true }); return }
  const form = root.querySelector('form')
  whenSubmitted(form, async (values) => {
    const now = await api.patch(`/api/project/${encodeURIComponent(name)}`, changes(project, values))
    Object.assign(project, now)
    store.put(now)
    toast('The settings are saved.')
    render(root.querySelector('.restart-hint'), now.instances.length ? html`<div class="notice busy" role="status">${icons.restart}<div><p class="what">Saved. A running app takes them over when it starts again.</p></div><div class="buttons"><button type="button" class="button small primary" data-action="now">Restart now</button></div></div>` : html``)
  }, signal)
  actions(root, {
    now: () => { render(root.querySelector('.restart-hint'), html``); act(name, 'restart') },
    delete: () => remove(store.project(name) ?? project),
  }, signal)
}

// MARK: - Private

const changes = (project, values) => ({
  display_name: values.display_name.trim(), start_command: values.start_command.trim(), port: Number(values.port) || 0,
  health_path: values.health_path.trim(), https_redirect: values.https_redirect === 'on',
  ...(project.kind === 'static' && { single_page: values.single_page === 'on' }),
})

const choice = (name, label, help, isOn) => html`<div class="choice"><input type="checkbox" id="setting-${name}" name="${name}" aria-describedby="setting-${name}-help" ${isOn ? html`checked` : ''}><label for="setting-${name}">${label}</label><p class="help" id="setting-${name}-help">${help}</p></div>`

const page = (project, may) => html`<div class="stack narrow">
  <section class="card"><header><h2>Settings</h2></header><form class="body form">
    ${field({ label: 'Display name', name: 'display_name', value: project.display_name, attributes: html`maxlength="100" autocomplete="off"`, help: html`Shown in lists. The name <b>${project.name}</b> itself is part of the address and stays.` })}
    ${project.kind === 'static' ? html`<input type="hidden" name="start_command" value="${project.start_command}"><input type="hidden" name="port" value="${project.port ?? ''}"><input type="hidden" name="health_path" value="${project.settings.health_path ?? ''}">` : html`
    ${field({ label: 'Start command', name: 'start_command', optional: true, value: project.start_command, mono: true, attributes: html`autocomplete="off" spellcheck="false" placeholder="found in the release"`, help: 'Empty: what the release says itself (package.json, Procfile, nodepilot.json).' })}
    <div class="pair">${field({ label: 'Port', name: 'port', kind: 'number', optional: true, value: project.port ?? '', attributes: html`min="1" max="65535" placeholder="chosen for you"`, help: 'Only for an app that does not read PORT.' })}
    ${field({ label: 'Health path', name: 'health_path', optional: true, value: project.settings.health_path ?? '', mono: true, attributes: html`autocomplete="off" spellcheck="false" placeholder="/"`, help: 'Must answer 2xx or 3xx before a release goes live.' })}</div>`}
    ${choice('https_redirect', 'Redirect HTTP to HTTPS', 'Visitors who come by plain HTTP are sent to the encrypted address.', project.settings.https_redirect)}
    ${project.kind === 'static' ? choice('single_page', 'Single-page app', 'Unknown paths are answered with index.html, for apps that route in the browser.', project.settings.single_page) : ''}
    ${may ? html`<div class="buttons"><button type="submit" class="button primary">Save</button></div>` : html`<p class="muted">Only the owner (${project.owner}) and administrators may change these.</p>`}
  </form></section>
  <div class="restart-hint"></div>
  ${may ? html`<section class="card danger"><header><h2>Danger zone</h2></header><div class="body danger-row"><div><p><b>Delete this project</b></p><p class="muted">Its releases, data, logs, environment and domains are removed at once and for good.</p></div><button type="button" class="button dangerous" data-action="delete">${icons.trash}Delete…</button></div></section>` : ''}
</div>`

const remove = async (project) => {
  const isDone = await confirmed({
    title: `Delete ${project.name}?`, text: 'There is no way back. What will be lost:', name: project.name, verb: 'Delete for good',
    losses: [
      `the app at ${project.address.replace(/^https?:\/\//, '')}, at once`,
      'all releases, and everything the app keeps in its data folder',
      'its environment variables, deployments and logs',
      ...(project.domains.length > 1 ? [`${plural(project.domains.length - 1, 'domain')} of its own`] : []),
    ],
    work: () => api.delete(`/api/project/${encodeURIComponent(project.name)}`),
  })
  if (!isDone) return
  if (store.projects?.delete(project.name)) { store.emit('projects'); toast(`${project.name} was deleted.`) }
  navigate('/projects', { replace: true })
}
