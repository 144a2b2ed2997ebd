import { api } from '../../api.js'
import { actions, eachFrame } from '../../lib/dom.js'
import { duration } from '../../lib/format.js'
import { html, prose, render, safeLink } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { problemFace, problemNotice } from '../../lib/form.js'
import { STEPS, isOpen, lengthOf, markOf } from '../../lib/states.js'
import { navigate } from '../../router.js'
import { store } from '../../store.js'
import { confirmed } from '../../components/confirm-dialog/confirm-dialog.js'
import { dropZone, openUpload } from '../../components/upload-dialog/upload-dialog.js'
import { toast } from '../../components/toast-list/toast-list.js'
import '../../components/step-timeline/step-timeline.js'

export const mount = (root, { name, params, signal }) => {
  const path = `/api/project/${encodeURIComponent(name)}/deployments`
  const view = { list: null, kept: [], asked: Number(params.item) || null, problem: null, logs: new Map(), logProblem: null }
  const shown = () => view.list?.find((each) => each.id === (view.asked ?? view.list[0]?.id))
  const paint = () => {
    if (signal.aborted) return
    render(root, page(name, view, shown()))
    const timeline = root.querySelector('step-timeline')
    if (timeline && shown()) Object.assign(timeline, { deployment: shown(), lines: view.logs.get(shown().id)?.byStep ?? new Map() })
  }
  const draw = eachFrame(paint)

  const load = async () => {
    try {
      const { deployments, kept_releases: kept } = await api.get(path, { signal })
      Object.assign(view, { list: deployments, kept, problem: null })
      if (view.asked && !shown()) view.list = [...view.list, await api.get(`${path}/${view.asked}`, { signal })]
      await loadLog()
    } catch (problem) {
      if (problem.name !== 'AbortError') view.problem = problem
    }
    paint()
  }
  const loadLog = async () => {
    const deployment = shown()
    if (!deployment || view.logs.get(deployment.id)?.isWhole) return
    try {
      const { lines } = await api.get(`${path}/${deployment.id}/log`, { signal })
      const log = logOf(view, deployment.id)
      lines.forEach((line) => add(log, line))
      log.isWhole = true
      view.logProblem = null
    } catch (problem) {
      if (problem.name !== 'AbortError') view.logProblem = problem
    }
    draw()
  }

  store.on('deployment', (deployment) => {
    if (deployment.project_name !== name || !view.list) return
    const at = view.list.findIndex((each) => each.id === deployment.id)
    if (at >= 0) view.list[at] = deployment
    else view.list.unshift(deployment)
    if (!isOpen(deployment)) finished(deployment, view, load)
    if (at < 0) loadLog()
    draw()
  }, signal)
  store.on('deployment_log', (line) => { add(logOf(view, line.deployment_id), line); draw() }, signal)
  store.on('resync', () => { for (const log of view.logs.values()) log.isWhole = false; load() }, signal)
  store.on('projects', draw, signal)
  actions(root, {
    rollback: ({ dataset: { version } }) => rollBack(name, Number(version)),
    upload: () => openUpload({ project: name }),
    again: load,
  }, signal)
  root.addEventListener('change', (event) => { if (event.target.type === 'file') openUpload({ project: name, file: event.target.files[0] }) }, { signal })
  const ticking = setInterval(() => { if (view.list?.some(isOpen)) draw() }, 1000)
  signal.addEventListener('abort', () => clearInterval(ticking))
  paint()
  load()
  return {
    change: ({ params: now }) => {
      view.asked = Number(now.item) || null
      if (view.asked && view.list && !shown()) load()
      paint()
      loadLog()
    },
  }
}

// MARK: - Private

const logOf = (view, id) => {
  if (!view.logs.has(id)) view.logs.set(id, { seen: new Set(), byStep: new Map(), isWhole: false })
  return view.logs.get(id)
}

/** Lines come by the page and by the stream, so some come twice and some too early. */
const add = ({ seen, byStep }, line) => {
  if (seen.has(line.seq)) return
  seen.add(line.seq)
  const lines = byStep.get(line.step) ?? byStep.set(line.step, []).get(line.step)
  if (lines.length && lines.at(-1).seq > line.seq) {
    lines.push(line)
    lines.sort((a, b) => a.seq - b.seq)
  } else {
    lines.push(line)
  }
}

const finished = (deployment, view, load) => {
  if (deployment.id !== (view.asked ?? view.list[0]?.id)) return
  if (deployment.status === 'success') toast(deployment.notes || 'The release is live.')
  load()
}

const rollBack = async (name, version) => {
  let accepted = null
  const live = store.project(name)?.live_release
  await confirmed({
    title: `Roll back to release ${version}?`, isDangerous: false, verb: 'Roll back',
    text: `Release ${version} starts beside release ${live} and takes over when it is healthy. Environment and domains stay as they are now.`,
    work: async () => { accepted = await api.post(`/api/project/${encodeURIComponent(name)}/rollback`, { version }) },
  })
  if (accepted) {
    store.put({ ...accepted.project, last_deployment: accepted.deployment })
    navigate(`/projects/${name}/deployments/${accepted.deployment.id}`)
  }
}

const page = (name, view, deployment) => {
  if (view.problem && !view.list) return problemFace(view.problem)
  if (!view.list) return html`<div class="deployments"><div class="card rail">${[1, 2, 3, 4].map(() => html`<div class="deployment-link"><span class="skeleton line"></span><span class="skeleton line short"></span></div>`)}</div><div class="stack detail"><div class="card"><header><span class="skeleton line"></span></header>${[1, 2, 3, 4, 5, 6].map(() => html`<div class="step-skeleton"><span class="skeleton line"></span></div>`)}</div></div></div>`
  if (!view.list.length) return store.mayChange(store.project(name)) ? dropZone({ title: `Drop a ZIP for the first release of ${name}`, text: 'or choose one' }) : html`<div class="card empty">${icons.box}<h2>No deployments yet</h2></div>`
  const live = view.list.find((each) => each.status === 'success' && each.version === store.project(name)?.live_release)
  return html`<div class="deployments ${view.asked ? 'has-chosen' : ''}">
    <nav class="card rail" aria-label="Deployments">${view.list.map((each) => link(name, each, each === deployment, each === live))}</nav>
    <div class="stack detail">${deployment ? detail(name, view, deployment) : view.problem ? problemFace(view.problem) : ''}</div>
  </div>`
}

const link = (name, deployment, isShown, isLive) => html`<a class="deployment-link" data-key="${deployment.id}" href="/projects/${name}/deployments/${deployment.id}" ${isShown ? html`aria-current="true"` : ''}>
  <state-mark quiet state="${markOf(deployment)}"></state-mark>
  <b>${deployment.version ? `Release ${deployment.version}` : `Deployment ${deployment.id}`}</b>
  <span class="muted small end"><relative-time at="${deployment.deployed_at}"></relative-time></span>
  <span class="muted small by">${deployment.kind === 'rollback' ? 'Rollback' : 'Deployed'} by ${deployment.started_by}${isLive ? html` · <span class="live-text">live</span>` : ''}</span>
  <span class="muted small end">${duration(lengthOf(deployment))}</span>
</a>`

const detail = (name, view, deployment) => {
  const project = store.project(name)
  const mayRollBack = store.mayChange(project) && view.kept.includes(deployment.version) && deployment.status === 'success' && project?.live_release !== deployment.version && !isOpen(project?.last_deployment)
  return html`<a class="back link narrow-only" href="/projects/${name}/deployments">${icons.back}All deployments</a>
    ${deployment.failure ? failure(deployment) : ''}
    ${deployment.status === 'success' && project?.live_release === deployment.version ? html`<div class="notice good" role="status">${icons.check}<div><p class="what">Release ${deployment.version} is live.</p><p class="how"><a class="link" href="${safeLink(project.address)}" target="_blank" rel="noopener">${project.address}</a></p></div><div class="buttons"><a class="button primary small" href="${safeLink(project.address)}" target="_blank" rel="noopener">Open the app${icons.external}</a></div></div>` : ''}
    <section class="card" aria-label="Steps"><header class="deployment-head">
      <div><h2>${deployment.kind === 'rollback' ? 'Rollback to release' : 'Release'} ${deployment.version ?? ''}</h2>
        <p class="muted small">by ${deployment.started_by}, <relative-time at="${deployment.deployed_at}"></relative-time>, ${isOpen(deployment) ? 'for' : 'in'} ${duration(lengthOf(deployment))}</p></div>
      <span class="buttons"><state-mark state="${markOf(deployment)}"></state-mark>
        ${mayRollBack ? html`<button type="button" class="button small" data-action="rollback" data-version="${deployment.version}">${icons.rollback}Roll back to this</button>` : ''}</span></header>
      <step-timeline></step-timeline>
    </section>
    ${view.logProblem ? problemNotice(view.logProblem) : ''}
    <p class="unseen" role="status">${isOpen(deployment) ? `Step ${deployment.steps.at(-1)?.name ?? 'queued'}` : deployment.status === 'failed' ? 'The deployment failed.' : 'The deployment succeeded.'}</p>`
}

const failure = ({ failure: { step, message, hint } }) => html`<div class="notice bad" role="alert">${icons.warning}
  <div><p class="what">${prose(message)}</p>${hint ? html`<p class="how">${prose(hint)}</p>` : ''}<p class="id">Failed in the step “${STEPS[step]}”. Its log is open below.</p></div></div>`
