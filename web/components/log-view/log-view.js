// Any number of lines, of which only the visible ones are in the document. Lines are one row high, so that 100,000 of
// them scroll by arithmetic; a line that is clicked is shown whole below.
import { define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'
import { coloured, plain } from '../../lib/ansi.js'
import { clockToSeconds, exact } from '../../lib/format.js'

const ROW = 20
const SPARE = 12

class LogView extends HTMLElement {
  #lines = []
  #needle = ''
  #isFollowing = true
  #chosen = null
  #widest = 0
  #isAsked = false

  /** Called when the person scrolls away from the end or back to it. */
  onFollow = () => {}
  /** Called when the beginning comes into view. */
  onBeginning = () => {}

  connectedCallback() {
    if (this.firstElementChild) return
    render(this, html`<div class="viewport" tabindex="0" role="log" aria-live="off" aria-label="${this.getAttribute('label') ?? 'Log'}"><div class="extent"><div class="rows"></div></div></div><div class="chosen" hidden></div>`)
    this.viewport = this.querySelector('.viewport')
    this.extent = this.querySelector('.extent')
    this.rows = this.querySelector('.rows')
    this.viewport.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    this.rows.addEventListener('click', (event) => this.#choose(event.target.closest('[data-at]')))
    this.querySelector('.chosen').addEventListener('click', (event) => { if (event.target.closest('[data-close]')) { this.#chosen = null; this.#showChosen() } })
    new ResizeObserver(() => this.#draw()).observe(this.viewport)
  }

  get lines() { return this.#lines }
  get isFollowing() { return this.#isFollowing }

  /** All lines anew. `keeps`: the first visible line stays where it is although lines came in front of it. */
  setLines(lines, { keeps = false } = {}) {
    const before = this.#lines
    const top = this.viewport.scrollTop
    const anchor = keeps ? before[Math.floor(top / ROW)] : null
    this.#lines = lines
    this.#widest = 0
    this.#measure(lines)
    this.#resize()
    const at = anchor ? lines.indexOf(anchor) : -1
    if (at >= 0) this.viewport.scrollTop = at * ROW + (top % ROW)
    this.#settle()
  }

  /** `lines` is the same list with more at its end, or with some gone from its front. */
  grown(lines, added, dropped = 0) {
    this.#lines = lines
    this.#measure(added)
    this.#resize()
    if (dropped && !this.#isFollowing) this.viewport.scrollTop -= dropped * ROW
    this.#settle()
  }

  /** Lower case; marked wherever it is found. */
  set needle(text) { this.#needle = text; this.#ask() }

  follow() {
    this.#isFollowing = true
    this.#settle()
    this.onFollow(true)
  }

  rest() {
    this.#isFollowing = false
    this.onFollow(false)
  }

  // MARK: - Private

  #measure(lines) {
    for (const line of lines) if (line.text.length > this.#widest) this.#widest = line.text.length
  }

  #resize() {
    this.extent.style.height = `${this.#lines.length * ROW}px`
    this.extent.style.minWidth = `calc(${Math.min(this.#widest, 4000)}ch + var(--log-gutter))`
  }

  #settle() {
    if (this.#isFollowing) this.viewport.scrollTop = this.extent.offsetHeight
    this.#ask()
  }

  #scrolled() {
    const { scrollTop, clientHeight } = this.viewport
    const isAtEnd = scrollTop + clientHeight >= this.extent.offsetHeight - ROW
    if (isAtEnd !== this.#isFollowing && (isAtEnd || scrollTop < this.lastTop)) {
      this.#isFollowing = isAtEnd
      this.onFollow(isAtEnd)
    }
    this.lastTop = scrollTop
    if (scrollTop < ROW * 20) this.onBeginning()
    this.#ask()
  }

  #ask() {
    if (this.#isAsked) return
    this.#isAsked = true
    requestAnimationFrame(() => { this.#isAsked = false; this.#draw() })
  }

  #draw() {
    const from = Math.max(0, Math.floor(this.viewport.scrollTop / ROW) - SPARE)
    const to = Math.min(this.#lines.length, from + Math.ceil(this.viewport.clientHeight / ROW) + 2 * SPARE)
    this.rows.style.transform = `translateY(${from * ROW}px)`
    const hasInstances = this.hasAttribute('instances')
    render(this.rows, html`${this.#lines.slice(from, to).map((line, index) => html`<div class="row ${line.stream ?? ''} ${line === this.#chosen ? 'is-chosen' : ''}" data-at="${from + index}"><time title="${line.at ? exact(new Date(line.at)) : ''}">${line.at ? clockToSeconds(new Date(line.at)) : ''}</time>${hasInstances ? html`<i>${line.instance}</i>` : ''}<span>${coloured(line.text, this.#needle)}</span></div>`)}`)
  }

  #choose(row) {
    if (!row || !window.getSelection().isCollapsed) return
    const line = this.#lines[Number(row.dataset.at)]
    this.#chosen = line === this.#chosen ? null : line
    this.#showChosen()
  }

  #showChosen() {
    const line = this.#chosen
    const place = this.querySelector('.chosen')
    place.hidden = !line
    if (line) {
      render(place, html`<header><span>${line.at ? exact(new Date(line.at)) : ''}${line.instance ? ` · ${line.instance}` : ''}${line.stream ? ` · ${line.stream}` : ''}</span><span class="buttons"><copy-button label="Copy the line" text="${plain(line.text)}"></copy-button><button type="button" class="button quiet small" data-close>Close</button></span></header><pre>${coloured(line.text, this.#needle)}</pre>`)
    }
    this.#draw()
  }
}

define('log-view', LogView)
