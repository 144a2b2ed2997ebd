import { api } from '../api.js'
import { SPANS, withPoint } from '../lib/series.js'
import { actions, eachFrame } from '../lib/dom.js'
import { bytes, duration, percent } from '../lib/format.js'
import { html, render } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { problemFace } from '../lib/form.js'
import { meter } from '../lib/meter.js'
import { store } from '../store.js'
import '../components/relative-time/relative-time.js'
import '../components/usage-chart/usage-chart.js'

const PROCESSES_EVERY = 15_000

export const mount = (root, { signal }) => {
  document.title = 'System · NodePilot'
  const view = { range: 'hour', info: store.info, now: store.system, series: null, processes: null, problem: null }
  const paint = () => {
    if (signal.aborted) return
    render(root, page(view))
    for (const chart of root.querySelectorAll('usage-chart')) if (chart.series !== view.series) chart.series = view.series
  }
  const draw = eachFrame(paint)
  const loadSeries = async () => {
    const { range } = view
    const { current, series } = await api.get(`/api/system/metrics?range=${range}`, { signal })
    if (range === view.range) Object.assign(view, { series, now: current })
  }
  const loadProcesses = async () => { view.processes = (await api.get('/api/system/processes', { signal })).processes }
  const load = async () => {
    try {
      await Promise.all([loadSeries(), loadProcesses(), api.get('/api/system/info', { signal }).then((info) => { view.info = store.info = info })])
      view.problem = null
    } catch (problem) {
      if (problem.name === 'AbortError') return
      view.problem = problem
    }
    draw()
  }
  store.on('metrics', (sample) => {
    if (!sample) return
    view.now = sample.system
    view.series = withPoint(view.series, { at: sample.at, cpu_percent: sample.system.cpu_percent, memory_bytes: sample.system.memory_used_bytes })
    refreshProcesses(view, sample)
    draw()
  }, signal)
  // Processes come and go with projects; between that the figures of the stream are newer than any list.
  let asked = 0
  store.on('projects', () => {
    if (Date.now() - asked < PROCESSES_EVERY / 5) return
    asked = Date.now()
    loadProcesses().then(draw, () => {
      // The list on the page stays; the next change asks again.
    })
  }, signal)
  store.on('resync', load, signal)
  actions(root, {
    again: load,
    range: (button) => { Object.assign(view, { range: button.value, series: null }); paint(); loadSeries().then(draw, (problem) => { if (problem.name !== 'AbortError') { view.problem = problem; draw() } }) },
  }, signal)
  paint()
  load()
}

// MARK: - Private

const refreshProcesses = (view, { projects }) => {
  for (const process of view.processes ?? []) {
    const project = process.project && store.project(process.project)
    const usage = project && projects.find((each) => each.project_id === project.id)
    // Only where the project's sum is this one process.
    if (usage && view.processes.filter((each) => each.project === process.project).length === 1) {
      Object.assign(process, { cpu_percent: usage.cpu_percent, memory_bytes: usage.memory_bytes })
    }
  }
}

const page = (view) => {
  if (view.problem && !view.series && !view.processes) return html`<div class="page"><header class="page-head"><h1>System</h1></header>${problemFace(view.problem)}</div>`
  return html`<div class="page"><header class="page-head"><h1>System</h1>${view.info ? html`<span class="muted">${view.info.hostname}</span>` : html`<span class="skeleton line"></span>`}</header>
    <div class="stack">${(view.info?.warnings ?? []).map((text) => html`<div class="notice busy">${icons.warning}<p>${text}</p></div>`)}
    ${gauges(view)}${charts(view)}${processes(view)}${about(view)}</div></div>`
}

const gauge = (word, figure, of, share) => html`<div class="card gauge"><h2>${word}</h2><p class="figure">${figure}</p><p class="muted small">${of}</p>${meter(share, { label: word, warns: true })}</div>`

const gauges = ({ now, info }) => html`<div class="gauges">
  ${gauge('CPU', now ? percent(now.cpu_percent) : '–', info ? `of ${info.cpu_count} cores` : ' ', now?.cpu_percent / 100)}
  ${gauge('Memory', now ? bytes(now.memory_used_bytes) : '–', now ? `of ${bytes(now.memory_total_bytes)}` : ' ', now?.memory_used_bytes / now?.memory_total_bytes)}
  ${gauge('Disk', now ? bytes(now.disk_used_bytes) : '–', now ? `of ${bytes(now.disk_total_bytes)}` : ' ', now?.disk_used_bytes / now?.disk_total_bytes)}
  ${gauge('Load', now ? now.load1.toFixed(2) : '–', info ? `${info.cpu_count}.00 is full` : ' ', now?.load1 / (info?.cpu_count ?? 1))}
</div>`

const charts = (view) => html`<section class="charts" aria-label="Usage">
  <header><h2>Usage</h2><div class="segments" role="group" aria-label="Range">${[['hour', 'Hour'], ['day', 'Day']].map(([value, word]) => html`<button type="button" data-action="range" value="${value}" aria-pressed="${String(view.range === value)}">${word}</button>`)}</div></header>
  <div class="split"><div class="card"><header><h3>CPU</h3></header><div class="body"><usage-chart kind="cpu" span="${SPANS[view.range]}" ceiling="100"></usage-chart></div></div>
  <div class="card"><header><h3>Memory</h3></header><div class="body"><usage-chart kind="memory" span="${SPANS[view.range]}" ceiling="${view.now?.memory_total_bytes ?? 0}"></usage-chart></div></div></div></section>`

const processes = ({ processes: list }) => html`<section class="card"><header><h2>Processes</h2></header>
  ${list ? html`<div class="scroll"><table class="table stacks"><thead><tr><th>Name</th><th>Instance</th><th>State</th><th class="number">PID</th><th>Since</th><th class="number">Restarts</th><th class="number">CPU</th><th class="number">Memory</th></tr></thead><tbody>
    ${list.map((each) => html`<tr data-key="${each.pid}"><td>${each.project ? html`<a class="link" href="/projects/${each.project}">${each.project}</a>` : html`<b>${each.name}</b> <span class="muted">this server</span>`}</td><td>${each.instance ?? ''}</td><td><state-mark state="${each.state}"></state-mark></td><td class="number" data-label="PID">${each.pid}</td><td data-label="Since">${each.started_at ? html`<relative-time at="${each.started_at}"></relative-time>` : ''}</td><td class="number" data-label="Restarts">${each.restarts}</td><td class="number" data-label="CPU">${percent(each.cpu_percent)}</td><td class="number" data-label="Memory">${bytes(each.memory_bytes)}</td></tr>`)}
  </tbody></table></div>` : html`<div class="body"><span class="skeleton line"></span></div>`}</section>`

const about = ({ info }) => html`<section class="card"><header><h2>This server</h2></header><div class="body">${info ? html`<dl class="facts two">
  <dt>Version</dt><dd>${info.version} ${info.commit && info.commit !== 'unknown' ? html`<span class="muted">${info.commit}</span>` : ''}</dd>
  <dt>Address</dt><dd>${info.address}</dd>
  <dt>Started</dt><dd><relative-time at="${info.started_at}"></relative-time></dd>
  <dt>Machine up</dt><dd>${duration(info.uptime_seconds * 1000)}</dd>
  <dt>System</dt><dd>${info.os}</dd>
  <dt>Kernel</dt><dd>${info.kernel}, ${info.architecture}</dd>
  <dt>Processor</dt><dd>${info.cpu_count} × ${info.cpu_model}</dd>
  <dt>Runs apps with</dt><dd>${info.runtimes.join(', ') || 'nothing but static files: install Node.js or Python'}</dd>
</dl>` : html`<span class="skeleton line"></span>`}</div></section>`
