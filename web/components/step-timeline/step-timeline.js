// The steps of a deployment in their order, with their times; the log of each folded under it.
import { define } from '../../lib/component.js'
import { eachFrame } from '../../lib/dom.js'
import { duration } from '../../lib/format.js'
import { html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { STEPS, isOpen, stepsOf } from '../../lib/states.js'
import '../log-view/log-view.js'
import '../state-mark/state-mark.js'

const MOST_ROWS = 16

class StepTimeline extends HTMLElement {
  #deployment = null
  #lines = new Map()
  /** Steps that a person opened or closed: those keep their way. */
  #choices = new Map()
  #ticking = null
  #update = eachFrame(() => { if (this.isConnected) this.#draw() })

  connectedCallback() {
    this.addEventListener('click', this)
    this.#ticking = setInterval(() => { if (isOpen(this.#deployment)) this.#update() }, 100)
  }

  disconnectedCallback() { clearInterval(this.#ticking) }

  set deployment(deployment) {
    if (this.#deployment?.id !== deployment?.id) { this.#choices.clear(); this.replaceChildren() }
    this.#deployment = deployment
    this.#update()
  }

  /** By step, each in order: `Map(step → [line])`. */
  set lines(lines) { this.#lines = lines; this.#update() }

  handleEvent(event) {
    const summary = event.target.closest('summary')
    if (!summary) return
    event.preventDefault()
    const { step } = summary.parentElement.dataset
    if (!this.#lines.get(step)?.length) return
    this.#choices.set(step, !summary.parentElement.open)
    this.#draw()
  }

  // MARK: - Private

  #draw() {
    const deployment = this.#deployment
    if (!deployment) return
    const reached = new Map(deployment.steps.map((step) => [step.name, step]))
    const whole = Math.max(1, ...deployment.steps.map((step) => this.#length(step)))
    render(this, html`<ol class="steps">${stepsOf(deployment).map((name) => this.#step(name, reached.get(name), whole))}</ol>`)
    for (const fold of this.querySelectorAll('details')) this.#fill(fold)
  }

  #step(name, step, whole) {
    const state = !step ? (isOpen(this.#deployment) ? 'pending' : 'skipped') : step.status === 'running' ? 'active' : step.status
    const count = this.#lines.get(name)?.length ?? 0
    const length = step ? this.#length(step) : 0
    const word = step ? '' : isOpen(this.#deployment) ? 'To come' : 'Not reached'
    return html`<li class="step ${state} ${step ? '' : 'unreached'}" data-key="${name}"><details data-step="${name}">
      <summary ${count ? '' : html`tabindex="-1"`}>
        <state-mark quiet state="${state}" word="${word}"></state-mark>
        <b>${STEPS[name]}</b>
        <span class="detail" title="${step?.detail ?? ''}">${step?.detail ?? ''}</span>
        <span class="bar">${step && step.status !== 'skipped' ? html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.max(1, (length / whole) * 100).toFixed(1)}" height="4"/></svg>` : ''}</span>
        <span class="time">${step && step.status !== 'skipped' ? duration(length) : ''}</span>
        <span class="fold">${count ? icons.chevron : ''}</span>
      </summary><log-view label="Log of the step ${STEPS[name]}"></log-view></details></li>`
  }

  #length(step) { return step.duration_ms ?? Math.max(0, Date.now() - new Date(step.started_at)) }

  #fill(fold) {
    const { step } = fold.dataset
    const lines = this.#lines.get(step) ?? []
    const status = this.#deployment.steps.find((each) => each.name === step)?.status
    fold.open = lines.length > 0 && (this.#choices.get(step) ?? (status === 'running' || status === 'failed'))
    if (!fold.open) return
    const log = fold.querySelector('log-view')
    log.style.height = `${Math.min(MOST_ROWS, lines.length) * 20 + 16}px`
    if (log.shownCount === lines.length) return
    log.shownCount = lines.length
    log.setLines(lines, { keeps: !log.isFollowing })
  }
}

define('step-timeline', StepTimeline)
