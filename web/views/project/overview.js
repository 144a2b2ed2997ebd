import { api } from '../../api.js'
import { SPANS, withPoint } from '../../lib/series.js'
import { actions, eachFrame } from '../../lib/dom.js'
import { bytes, percent, plural } from '../../lib/format.js'
import { html, prose, render, safeLink } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { problemNotice } from '../../lib/form.js'
import { STEPS, currentStep, isOpen } from '../../lib/states.js'
import { store } from '../../store.js'
import '../../components/usage-chart/usage-chart.js'

export const mount = (root, { name, signal }) => {
  const view = { range: 'hour', series: null, problem: null }
  const paint = () => {
    if (signal.aborted || !store.project(name)) return
    render(root, page(store.project(name), view))
    for (const chart of root.querySelectorAll('usage-chart')) if (chart.series !== view.series) chart.series = view.series
  }
  const draw = eachFrame(paint)
  const load = async () => {
    const { range } = view
    try {
      const series = await api.get(`/api/project/${encodeURIComponent(name)}/metrics?range=${range}`, { signal })
      if (range === view.range) Object.assign(view, { series, problem: null })
    } catch (problem) {
      if (problem.name !== 'AbortError') view.problem = problem
    }
    draw()
  }
  store.on('projects', draw, signal)
  store.on('metrics', (sample) => { if (sample) view.series = continued(view.series, sample, store.project(name)); draw() }, signal)
  store.on('resync', load, signal)
  actions(root, { range: (button) => { Object.assign(view, { range: button.value, series: null }); paint(); load() }, reload: load }, signal)
  paint()
  load()
}

// MARK: - Private

/** The series with the newest figure at its end, once an interval has passed. */
const continued = (series, { at, projects }, project) => {
  const usage = projects.find((each) => each.project_id === project?.id)
  return usage ? withPoint(series, { at, cpu_percent: usage.cpu_percent, memory_bytes: usage.memory_bytes }) : series
}

const page = (project, view) => html`<div class="stack">
  ${trouble(project)}
  <section class="card"><div class="body"><dl class="facts two">
    <dt>Address</dt><dd class="with-copy">${project.live_release ? html`<a class="link ellipsis" href="${safeLink(project.address)}" target="_blank" rel="noopener">${project.address.replace(/^https?:\/\//, '')}${icons.external}</a> <copy-button label="Copy the address" text="${project.address}"></copy-button>` : html`${project.address.replace(/^https?:\/\//, '')} <span class="muted">when it is live</span>`}</dd>
    <dt>Live</dt><dd>${project.live_release ? html`Release ${project.live_release}` : 'no release yet'}</dd>
    <dt>Also at</dt><dd>${others(project)}</dd>
    <dt>Deployed</dt><dd>${project.last_deployment ? html`<a class="link" href="/projects/${project.name}/deployments/${project.last_deployment.id}"><relative-time at="${project.last_deployment.deployed_at}"></relative-time></a> <span class="muted">by ${project.last_deployment.started_by}</span>` : 'never'}</dd>
    <dt>Runs as</dt><dd>${project.runtime || { static: 'static files, no process', custom: 'its own command' }[project.kind] || '–'}</dd>
    <dt>Owner</dt><dd>${project.owner}</dd>
  </dl></div></section>
  ${project.kind === 'static' || !project.live_release ? '' : html`${instances(project)}${charts(view)}`}
</div>`

const others = (project) => {
  const hosts = project.domains.filter((each) => each.address !== project.address)
  if (!hosts.length) return html`<a class="link" href="/projects/${project.name}/domains">Add a domain</a>`
  return hosts.map((each, index) => html`${index ? ', ' : ''}<a class="link" href="${safeLink(each.address)}" target="_blank" rel="noopener">${each.host}</a>`)
}

const trouble = (project) => {
  const last = project.last_deployment
  const open = last && html`<a class="button small" href="/projects/${project.name}/deployments/${last.id}">See the deployment</a>`
  if (isOpen(last)) {
    const step = currentStep(last)
    return html`<div class="notice busy">${icons.clock}<div><p class="what">Release ${last.version ?? ''} is on its way${step ? `: ${STEPS[step.name].toLowerCase()}` : ''}.</p><p class="how">${project.live_release ? `Release ${project.live_release} serves until the new one is healthy.` : 'The address answers when it is healthy.'}</p></div><div class="buttons">${open}</div></div>`
  }
  if (project.status === 'error' && project.live_release) {
    return html`<div class="notice bad">${icons.warning}<div><p class="what">${prose(project.problem ?? 'The app does not run.')}</p><p class="how">The log says what it wrote before it ended.</p></div><div class="buttons"><a class="button small" href="/projects/${project.name}/logs">See the log</a></div></div>`
  }
  if (last?.status === 'failed') {
    return html`<div class="notice bad">${icons.warning}<div><p class="what">The last deployment failed: ${prose(last.failure?.message ?? last.notes)}</p><p class="how">${project.live_release ? `Release ${project.live_release} was not touched and still serves.` : prose(last.failure?.hint ?? 'Correct it and deploy again.')}</p></div><div class="buttons">${open}</div></div>`
  }
  return ''
}

const instances = (project) => html`<section class="card"><header><h2>Instances</h2><span class="muted small">${plural(project.restarts, 'restart')}</span></header>
  ${project.instances.length ? html`<div class="scroll"><table class="table stacks"><thead><tr><th>Instance</th><th>State</th><th>Release</th><th>Since</th><th class="number">PID</th><th class="number">Port</th><th class="number">Restarts</th><th class="number">CPU</th><th class="number">Memory</th></tr></thead><tbody>
    ${project.instances.map((each) => html`<tr data-key="${each.name}"><td><b>${each.name}</b></td><td><state-mark state="${each.state}"></state-mark>${each.last_exit && each.state !== 'running' ? html`<span class="muted small after-state">${each.last_exit}</span>` : ''}</td><td data-label="Release">${each.release}</td><td data-label="Since">${each.started_at ? html`<relative-time at="${each.started_at}"></relative-time>` : ''}</td><td class="number" data-label="PID">${each.pid}</td><td class="number" data-label="Port">${each.port}</td><td class="number" data-label="Restarts" title="${each.last_exit ? `Last: ${each.last_exit}` : ''}">${each.restarts}</td><td class="number" data-label="CPU">${percent(each.cpu_percent)}</td><td class="number" data-label="Memory">${bytes(each.memory_bytes)}</td></tr>`)}
  </tbody></table></div>` : html`<p class="body muted">${project.status === 'stopped' ? 'Stopped: no process runs.' : 'No process runs yet.'}</p>`}
</section>`

const charts = (view) => html`<section class="charts" aria-label="Usage">
  <header><h2>Usage</h2><div class="segments" role="group" aria-label="Range">${[['hour', 'Hour'], ['day', 'Day']].map(([value, word]) => html`<button type="button" data-action="range" value="${value}" aria-pressed="${String(view.range === value)}">${word}</button>`)}</div></header>
  ${view.problem ? problemNotice(view.problem, html`<button type="button" class="button small" data-action="reload">Try again</button>`) : view.series?.points.length === 0 ? html`<p class="card empty">No figures for this ${view.range}: they come while the app runs.</p>` : html`<div class="split"><div class="card"><header><h3>CPU <span class="muted">of one core</span></h3></header><div class="body"><usage-chart kind="cpu" span="${SPANS[view.range]}"></usage-chart></div></div>
  <div class="card"><header><h3>Memory</h3></header><div class="body"><usage-chart kind="memory" span="${SPANS[view.range]}"></usage-chart></div></div></div>`}
</section>`
