// `<state-mark state="running">`: a shape and a word, so that the colour is never alone. `quiet` hides the word from the eye,
// `word` takes the place of the state's own.
import { Component, define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'

const RING = html`<circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="19 9" stroke-linecap="round"/>`
const DISC = html`<circle cx="6" cy="6" r="4.5" fill="currentColor"/>`
const HOLLOW = html`<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.6"/>`
const ALARM = html`<path d="M6 .8 11.6 10.8H.4Z" fill="currentColor" stroke="currentColor" stroke-width=".8" stroke-linejoin="round"/>`
const TICK = html`<circle cx="6" cy="6" r="5.6" fill="currentColor"/><path d="m3.4 6.2 1.8 1.8 3.4-3.8" class="cut" fill="none" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>`
const DASH = html`<path d="M2.5 6h7" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>`
const WAIT = html`<circle cx="6" cy="6" r="1.8" fill="currentColor"/>`

const STATES = {
  running: ['good', 'Running', DISC],
  deploying: ['busy turns', 'Deploying', RING],
  starting: ['busy turns', 'Starting', RING],
  stopping: ['busy turns', 'Stopping', RING],
  stopped: ['still', 'Stopped', HOLLOW],
  error: ['bad', 'Failed', ALARM],
  failed: ['bad', 'Failed', ALARM],
  backoff: ['bad', 'Waiting to restart', ALARM],
  queued: ['still', 'Queued', WAIT],
  active: ['busy turns', 'In progress', RING],
  success: ['good', 'Succeeded', TICK],
  skipped: ['still', 'Skipped', DASH],
  pending: ['still faint', 'To come', WAIT],
}

export const stateWord = (state) => STATES[state]?.[1] ?? state

class StateMark extends Component {
  static observedAttributes = ['state', 'word']

  update() {
    const [tone, word, shape] = STATES[this.getAttribute('state')] ?? ['still', this.getAttribute('state') ?? '', HOLLOW]
    render(this, html`<span class="state ${tone}"><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${shape}</svg><span class="word">${this.getAttribute('word') || word}</span></span>`)
  }
}

define('state-mark', StateMark)
