import { actions, delegate, eachFrame } from '../lib/dom.js'
import { bytes, count, duration, percent } from '../lib/format.js'
import { html, render, safeLink } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { exampleApp } from '../lib/example.js'
import { problemNotice } from '../lib/form.js'
import { STEPS, currentStep, isOpen, lengthOf, stateOf } from '../lib/states.js'
import { note } from '../router.js'
import { store } from '../store.js'
import { actionMenu } from '../components/action-menu/action-menu.js'
import { dropZone, openUpload } from '../components/upload-dialog/upload-dialog.js'
import { projectActions } from '../lib/project-actions.js'
import '../components/relative-time/relative-time.js'
import '../components/spark-line/spark-line.js'

const FILTERS = [['all', 'All'], ['running', 'Running'], ['busy', 'Deploying'], ['error', 'Failed'], ['stopped', 'Stopped']]
const GROUPS = { deploying: 'busy', starting: 'busy', stopping: 'busy' }
const groupOf = (project) => GROUPS[stateOf(project)] ?? stateOf(project)
const SEEDED = 24

export const mount = (root, { query, signal }) => {
  document.title = 'Projects · NodePilot'
  const view = { search: query.get('search') ?? '', filter: query.get('state') ?? 'all' }
  const draw = eachFrame(() => { if (!signal.aborted) render(root, page(view)) })
  store.on('projects metrics', draw, signal)
  store.on('projects', () => seed(view), signal)
  const search = (_, input) => { view.search = input.value; remember(view); draw() }
  delegate(root, 'input', '[type=search]', search, signal)
  delegate(root, 'search', '[type=search]', search, signal)
  delegate(root, 'change', '.drop-zone [type=file]', (_, input) => { if (input.files[0]) openUpload({ file: input.files[0] }); input.value = '' }, signal)
  delegate(root, 'click', '.project-row', (event, row) => {
    if (!event.target.closest('a, button') && window.getSelection().isCollapsed) row.querySelector('.name').click()
  }, signal)
  actions(root, {
    filter: (button) => { view.filter = button.value; remember(view); draw() },
    clear: () => { Object.assign(view, { search: '', filter: 'all' }); remember(view); render(root, page(view)); root.querySelector('[type=search]').value = '' },
    new: () => openUpload(),
    example: () => openUpload({ file: exampleApp(store.info?.runtimes) }),
    again: () => { store.problem = null; draw(); store.load() },
    ...projectActions,
  }, signal)
  render(root, page(view))
  seed(view)
  return { key: (event) => key(root, event) }
}

// MARK: - Private

const remember = ({ search, filter }) => {
  const query = new URLSearchParams({ ...(search && { search }), ...(filter !== 'all' && { state: filter }) })
  note(`/projects${query.size ? `?${query}` : ''}`)
}

const matching = ({ search, filter }) => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return [...(store.projects?.values() ?? [])]
    .filter((each) => filter === 'all' || groupOf(each) === filter)
    .filter((each) => words.every((word) => `${each.name} ${each.display_name} ${each.address} ${each.owner} ${each.runtime ?? ''}`.toLowerCase().includes(word)))
    .sort((a, b) => a.name.localeCompare(b.name))
}

const seed = (view) => matching(view).slice(0, SEEDED).forEach((each) => store.seedUsage(each))

const page = (view) => html`<div class="page">
  <header class="page-head"><h1>Projects</h1>${store.mayCreate() ? html`<button type="button" class="button primary" data-action="new">${icons.plus}New project</button>` : ''}</header>
  ${body(view)}
</div>`

const body = (view) => {
  if (!store.projects) return store.problem ? problemNotice(store.problem, html`<button type="button" class="button small" data-action="again">Try again</button>`) : html`${tools(view)}<div class="card project-list" aria-busy="true">${head}${[1, 2, 3, 4].map(skeleton)}</div>`
  if (store.projects.size === 0) return nothing()
  const rows = matching(view)
  return html`${tools(view)}
    ${rows.length ? html`<div class="card project-list" role="table" aria-label="Projects" data-key="list">${head}${rows.map(row)}</div>
      ${store.mayCreate() ? html`<p class="hint-line muted small">Drop a ZIP anywhere for a new project, or onto a row for a new release.</p>` : ''}`
      : html`<div class="card empty">${icons.search}<h2>No project matches</h2><p>${view.search ? html`Nothing has “${view.search}” in its name, address or owner${view.filter === 'all' ? '' : ' and this state'}.` : 'No project is in this state now.'}</p><div class="buttons"><button type="button" class="button" data-action="clear">Show all ${count(store.projects.size)}</button></div></div>`}`
}

const nothing = () => html`<div class="first-project">${store.mayCreate() ? html`${dropZone({ title: 'Drop a ZIP of your app here', text: 'Node.js, Python or plain HTML: a minute later it answers on HTTPS.' })}<p class="muted or-example">Nothing at hand? <button type="button" class="link" data-action="example">Deploy an example</button></p>` : html`<div class="card empty">${icons.box}<h2>No projects yet</h2><p>When someone deploys one, it appears here.</p></div>`}</div>`

const tools = (view) => html`<div class="tools">
  <div class="search">${icons.search}<input class="input" type="search" id="project-search" aria-label="Search projects" placeholder="Search" value="${view.search}" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></div>
  <div class="segments" role="group" aria-label="Filter by state">${FILTERS.map(([value, word]) => {
    const total = [...(store.projects?.values() ?? [])].filter((each) => value === 'all' || groupOf(each) === value).length
    return html`<button type="button" data-action="filter" value="${value}" aria-pressed="${String(view.filter === value)}">${word} <span class="n">${store.projects ? total : ''}</span></button>`
  })}</div></div>`

const head = html`<div class="project-head" role="row"><span role="columnheader">State</span><span role="columnheader">Project</span><span role="columnheader">Last deployment</span><span role="columnheader">CPU</span><span role="columnheader">Memory</span><span role="columnheader"><span class="unseen">Actions</span></span></div>`

const skeleton = (each) => html`<div class="project-row is-loading" data-key="skeleton-${each}"><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span></div>`

const row = (project) => {
  const usage = store.usage.get(project.id)
  return html`<div class="project-row" role="row" data-key="${project.name}" data-drop-project="${project.name}">
    <span role="cell" class="at-state"><state-mark state="${stateOf(project)}"></state-mark></span>
    <span role="cell" class="at-name"><a class="name" href="/projects/${project.name}">${project.display_name || project.name}</a>
      ${project.live_release ? html`<a class="address link ellipsis" href="${safeLink(project.address)}" target="_blank" rel="noopener">${project.address.replace(/^https?:\/\//, '')}${icons.external}<span class="unseen"> (opens in a new tab)</span></a>` : html`<span class="address muted">no release yet</span>`}</span>
    <span role="cell" class="at-deploy">${deployed(project.last_deployment)}</span>
    <span role="cell" class="at-cpu figure">${idle(project) && !project.cpu_percent ? absent(project) : html`<spark-line values="${usage?.cpu.join(',') ?? ''}" floor="5"></spark-line><span>${percent(project.cpu_percent)}</span>`}</span>
    <span role="cell" class="at-memory figure">${idle(project) && !project.memory_bytes ? absent(project) : html`<spark-line values="${usage?.memory.join(',') ?? ''}" floor="32000000"></spark-line><span>${bytes(project.memory_bytes)}</span>`}</span>
    <span role="cell" class="at-menu">${menu(project)}</span>
  </div>`
}

const idle = (project) => project.kind === 'static' || !project.live_release || ['stopped', 'error'].includes(project.status)

const absent = (project) => html`<span class="muted absent">${project.kind === 'static' ? 'static files' : '–'}</span>`

const deployed = (deployment) => {
  if (!deployment) return html`<span class="muted">never</span>`
  const number = deployment.version ? `Release ${deployment.version}` : 'Release'
  if (isOpen(deployment)) {
    const step = currentStep(deployment)
    return html`<span class="busy-text">${number}: ${step ? STEPS[step.name].toLowerCase() : 'queued'}</span><span class="muted small">by ${deployment.started_by}, <relative-time at="${deployment.deployed_at}"></relative-time></span>`
  }
  const failed = deployment.status === 'failed'
  return html`<span class="${failed ? 'bad-text' : ''}">${failed ? `${number} failed` : `${number}${deployment.kind === 'rollback' ? ', rolled back' : ''}`} <span class="muted">· <relative-time at="${deployment.deployed_at}"></relative-time></span></span><span class="muted small">by ${deployment.started_by}, ${duration(lengthOf(deployment))}</span>`
}

const menu = (project) => {
  const may = store.mayChange(project)
  const isUp = !['stopped', 'stopping', 'deploying'].includes(project.status)
  const hasProcess = project.live_release && project.kind !== 'static'
  return actionMenu(`Actions for ${project.name}`, [
    project.live_release && { href: `/projects/${project.name}/logs`, text: 'Logs', icon: icons.audit },
    may && { action: 'deploy', text: 'Deploy a release…', icon: icons.upload },
    may && hasProcess && isUp && { action: 'restart', text: 'Restart', icon: icons.restart },
    may && project.live_release && isUp && { action: 'stop', text: 'Stop', icon: icons.stop },
    may && project.live_release && project.status === 'stopped' && { action: 'start', text: 'Start', icon: icons.play },
    { href: `/projects/${project.name}/deployments`, text: 'Deployments', icon: icons.clock },
  ], project.name)
}

const key = (root, event) => {
  const links = [...root.querySelectorAll('.project-row .name')]
  const at = links.indexOf(document.activeElement?.closest('.project-row')?.querySelector('.name'))
  if (event.key === 'j' || event.key === 'k') {
    links[Math.max(0, Math.min(links.length - 1, at + (event.key === 'j' ? 1 : -1)))]?.focus()
    return true
  }
  if (event.key === 'o' && at >= 0) {
    document.activeElement.closest('.project-row').querySelector('a.address')?.click()
    return true
  }
  return false
}
