// The frame of a project: its name, state and tabs. Each tab is a view of its own below it.
import { api } from '../api.js'
import { actions, eachFrame } from '../lib/dom.js'
import { html, render, safeLink } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { problemFace } from '../lib/form.js'
import { projectActions } from '../lib/project-actions.js'
import { isOpen, stateOf } from '../lib/states.js'
import { navigate } from '../router.js'
import { store } from '../store.js'
import { actionMenu } from '../components/action-menu/action-menu.js'
import { openUpload } from '../components/upload-dialog/upload-dialog.js'
import { toast } from '../components/toast-list/toast-list.js'
import '../components/copy-button/copy-button.js'
import '../components/relative-time/relative-time.js'

const TABS = [
  ['', 'Overview', () => import('./project/overview.js')],
  ['deployments', 'Deployments', () => import('./project/deployments.js')],
  ['logs', 'Logs', () => import('./project/logs.js')],
  ['environment', 'Environment', () => import('./project/environment.js')],
  ['domains', 'Domains', () => import('./project/domains.js')],
  ['settings', 'Settings', () => import('./project/settings.js')],
]

export const mount = (root, { params, query, signal }) => {
  const { name } = params
  let tab = null
  const draw = eachFrame(() => { if (!signal.aborted && store.project(name)) render(root.querySelector('.project-frame'), frame(store.project(name), tab?.name ?? '')) })
  render(root, html`<div class="page project-page" data-drop-project="${name}"><div class="project-frame">${loading(name, params.tab ?? '')}</div><div class="tab" data-own>${waiting}</div></div>`)
  store.on('projects connection', draw, signal)
  store.on('project_deleted', (gone) => { if (gone.name === name) { toast(`${name} was deleted.`); navigate('/projects', { replace: true }) } }, signal)
  actions(root, { ...projectActions, again: () => location.reload() }, signal)

  const open = async ({ params: now, query: asked }) => {
    const wanted = TABS.find(([path]) => path === (now.tab ?? ''))
    if (tab?.name === now.tab && tab?.mounted?.change) return tab.mounted.change({ params: now, query: asked })
    tab?.end.abort()
    const mine = { name: now.tab ?? '', end: new AbortController(), mounted: null }
    tab = mine
    const ended = AbortSignal.any([signal, mine.end.signal])
    const place = root.querySelector('.tab')
    try {
      if (!wanted) throw { status: 404, detail: `A project has no tab “${now.tab}”.`, hint: '' }
      if (!store.project(name)) store.put(await api.get(`/api/project/${encodeURIComponent(name)}`, { signal: ended }))
      document.title = `${wanted[1]} · ${name} · NodePilot`
      render(root.querySelector('.project-frame'), frame(store.project(name), mine.name))
      root.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
      const view = await wanted[2]()
      if (ended.aborted) return
      render(place, html``)
      mine.mounted = view.mount(place, { name, params: now, query: asked, signal: ended }) ?? null
    } catch (problem) {
      if (ended.aborted) return
      if (!('status' in problem)) console.error(problem)
      if (problem.status === 404) render(root.querySelector('.project-frame'), html``)
      render(place, problemFace(problem))
    }
  }
  open({ params, query })
  return { change: open, key: (event) => key(name, tab, event) }
}

// MARK: - Private

const tabs = (name, tab) => html`<nav class="tabs" aria-label="Tabs of ${name}">${TABS.map(([path, word]) => html`<a href="/projects/${name}${path ? `/${path}` : ''}" ${path === tab ? html`aria-current="page"` : ''}>${word}</a>`)}</nav>`

const waiting = html`<div class="card" aria-hidden="true"><header><span class="skeleton line"></span></header>${[1, 2, 3, 4].map(() => html`<div class="step-skeleton"><span class="skeleton line"></span></div>`)}</div>`

const loading = (name, tab) => html`<header class="project-title"><div><h1>${name}</h1><div class="under"><span class="skeleton line"></span></div></div></header>${tabs(name, tab)}`

const frame = (project, tab) => {
  const may = store.mayChange(project)
  const isUp = !['stopped', 'stopping', 'deploying'].includes(project.status)
  const hasProcess = project.live_release && project.kind !== 'static'
  return html`<header class="project-title">
      <div><h1>${project.display_name || project.name}</h1>
        <div class="under"><state-mark state="${stateOf(project)}"></state-mark>
          ${project.live_release ? html`<a class="link ellipsis" id="app-address" href="${safeLink(project.address)}" target="_blank" rel="noopener">${project.address.replace(/^https?:\/\//, '')}${icons.external}<span class="unseen"> (opens in a new tab)</span></a>` : ''}
          ${project.live_release ? html`<span class="muted">Release ${project.live_release}</span>` : ''}
          ${project.runtime ? html`<span class="muted ellipsis wide-only">${project.runtime}</span>` : ''}</div></div>
      ${may ? html`<div class="buttons">
        ${project.live_release && project.status === 'stopped' ? html`<button type="button" class="button" data-key="start" data-action="start" data-name="${project.name}">${icons.play}Start</button>` : ''}
        ${hasProcess && isUp ? html`<button type="button" class="button" data-key="restart" data-action="restart" data-name="${project.name}" ${project.status === 'starting' ? html`disabled` : ''}>${icons.restart}Restart</button>` : ''}
        <button type="button" class="button primary" data-key="deploy" data-action="deploy" data-name="${project.name}" ${isOpen(project.last_deployment) ? html`disabled` : ''}>${icons.upload}Deploy</button>
        ${project.live_release && isUp ? actionMenu('More actions', [{ action: 'stop', text: 'Stop', icon: icons.stop }], project.name) : ''}
      </div>` : ''}
    </header>${tabs(project.name, tab)}`
}

const key = (name, tab, event) => {
  const chosen = TABS[Number(event.key) - 1]
  if (chosen) { navigate(`/projects/${name}${chosen[0] ? `/${chosen[0]}` : ''}`); return true }
  if (event.key === 'd' && store.mayChange(store.project(name))) { openUpload({ project: name }); return true }
  return tab?.mounted?.key?.(event) ?? false
}
