import { api } from '../api.js'
import { actions } from '../lib/dom.js'
import { html, render } from '../lib/html.js'
import { icons } from '../lib/icons.js'
import { problemFace } from '../lib/form.js'
import { toastProblem } from '../components/toast-list/toast-list.js'
import '../components/relative-time/relative-time.js'

const PAGE = 100

export const mount = (root, { signal }) => {
  document.title = 'Audit · NodePilot'
  const view = { entries: null, hasMore: false, problem: null }
  const draw = () => { if (!signal.aborted) render(root, page(view)) }
  const load = async (button) => {
    const last = view.entries?.at(-1)
    button?.setAttribute('aria-busy', 'true')
    try {
      const { entries } = await api.get(`/api/audit${last ? `?before=${last.id}` : ''}`, { signal })
      Object.assign(view, { entries: [...view.entries ?? [], ...entries], hasMore: entries.length === PAGE, problem: null })
    } catch (problem) {
      if (problem.name === 'AbortError') return
      if (view.entries) toastProblem(problem)
      else view.problem = problem
    }
    button?.removeAttribute('aria-busy')
    draw()
  }
  actions(root, { again: () => load(), more: load }, signal)
  draw()
  load()
}

// MARK: - Private

const page = ({ entries, hasMore, problem }) => html`<div class="page"><header class="page-head"><h1>Audit</h1><span class="muted">who changed what, newest first</span></header>
  ${problem ? problemFace(problem) : html`<section class="card">${entries && !entries.length ? html`<div class="empty">${icons.audit}<h2>Nothing yet</h2><p>Every change is written down here.</p></div>` : html`<table class="table stacks audit"><thead><tr><th>When</th><th>Who</th><th>What</th><th>Of</th><th>Detail</th><th>From</th></tr></thead><tbody>
    ${entries ? entries.map((each) => html`<tr data-key="${each.id}"><td class="when"><relative-time at="${each.at}"></relative-time></td><td>${each.actor}</td><td><code>${each.action}</code></td><td>${each.subject}</td><td class="muted">${each.detail}</td><td class="muted">${each.address}</td></tr>`)
      : [1, 2, 3, 4, 5, 6].map(() => html`<tr><td><span class="skeleton line"></span></td><td></td><td></td><td></td><td></td><td></td></tr>`)}</tbody></table>`}</section>
    ${hasMore ? html`<div class="buttons more"><button type="button" class="button" data-action="more">Load older entries</button></div>` : ''}`}</div>`
