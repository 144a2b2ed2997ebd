// A line and an area over time with its axis; the figure under the pointer, or under the arrow keys, is told.
import { Component, define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'
import { bytes, clock, exact, percent } from '../../lib/format.js'

const HEIGHT = 148
const LEFT = 52
const RIGHT = 4
const BOTTOM = 22
const TOP = 10

/** A young series fills at least this many intervals; an older one its whole span. */
const LEAST_INTERVALS = 30
/** Points further apart are not joined: nothing ran between them, or nobody measured. */
const GAP = 2.5
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * 60_000)

const KINDS = {
  cpu: { title: 'CPU', value: (point) => point.cpu_percent, text: percent, least: 5, steps: [1, 2, 5, 10, 20, 25, 50, 100, 200, 400], axis: (v) => `${v} %` },
  memory: { title: 'Memory', value: (point) => point.memory_bytes, text: bytes, least: 16e6, steps: [4, 8, 16, 32, 50, 100, 200, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000].map((m) => m * 1e6), axis: (v) => bytes(v).replace('.0 ', ' ') },
}

class UsageChart extends Component {
  static observedAttributes = ['kind', 'ceiling', 'span']
  #series = null
  #hover = null
  #frame = null

  /** `{interval_seconds, points}`, or null while it loads. */
  set series(series) { this.#series = series; this.#hover = null; if (this.isConnected) this.update() }
  get series() { return this.#series }

  connected(signal) {
    this.tabIndex = 0
    this.setAttribute('role', 'img')
    this.addEventListener('pointermove', (event) => this.#at(event.clientX), { signal })
    this.addEventListener('pointerdown', (event) => this.#at(event.clientX), { signal })
    this.addEventListener('pointerleave', () => this.#point(null), { signal })
    this.addEventListener('blur', () => this.#point(null), { signal })
    this.addEventListener('keydown', (event) => this.#key(event), { signal })
    const observer = new ResizeObserver(() => this.update())
    observer.observe(this)
    signal.addEventListener('abort', () => observer.disconnect())
  }

  update() {
    const kind = KINDS[this.getAttribute('kind')] ?? KINDS.cpu
    const width = this.clientWidth
    if (!width) return
    const points = this.#series?.points ?? []
    const ceiling = Number(this.getAttribute('ceiling')) || 0
    const most = Math.max(kind.least, ...points.map(kind.value))
    const step = kind.steps.find((each) => each * 3 >= most) ?? most / 3
    const top = ceiling && most > ceiling * 0.7 ? ceiling : step * Math.ceil(most / step)
    const interval = (this.#series?.interval_seconds ?? 10) * 1000
    const end = Math.max(Date.now(), points.length ? timeOf(points.at(-1)) : 0)
    const span = Number(this.getAttribute('span') || 3600) * 1000
    const start = points.length ? Math.max(end - span, Math.min(timeOf(points[0]), end - interval * LEAST_INTERVALS)) : end - span
    const frame = { kind, width, points, top, interval, start, end, step: top === ceiling ? ceiling / 4 : step }
    frame.xAt = (time) => LEFT + ((Math.max(time, start) - start) / (end - start)) * (width - LEFT - RIGHT)
    frame.x = (index) => frame.xAt(timeOf(points[index]))
    frame.y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP)
    this.#frame = frame
    const last = points.at(-1)
    this.setAttribute('aria-label', last ? `${kind.title}: now ${kind.text(kind.value(last))}, at most ${kind.text(Math.max(...points.map(kind.value)))}` : `${kind.title}: no figures yet`)
    render(this, html`<svg viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" aria-hidden="true">
      ${axis(frame)}${this.#series ? plot(frame) : ''}${this.#hover === null ? '' : cursor(frame, this.#hover)}
    </svg><output class="told">${this.#told(frame)}</output>`)
  }

  // MARK: - Private

  #told({ kind, points, end, interval }) {
    const point = points[this.#hover ?? points.length - 1]
    if (!point) return this.#series ? html`<span>no figures yet</span>` : ''
    if (this.#hover === null && end - timeOf(point) > interval * GAP + 5000) return html`<span>no figures now</span>`
    return html`<b>${kind.text(kind.value(point))}</b> <span>${this.#hover === null ? 'now' : exact(new Date(point.at)).replace(/^\w+, /, '').replace(/ \S+$/, '')}</span>`
  }

  /** The point nearest to the pointer. */
  #at(clientX) {
    const points = this.#series?.points ?? []
    if (!points.length || !this.#frame) return
    const x = clientX - this.getBoundingClientRect().left
    const distance = (index) => Math.abs(this.#frame.x(index) - x)
    this.#point(points.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0))
  }

  #key(event) {
    const count = this.#series?.points.length ?? 0
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!by || !count) return
    event.preventDefault()
    this.#point(Math.max(0, Math.min(count - 1, (this.#hover ?? count - 1) + by)))
  }

  #point(index) {
    if (index === this.#hover) return
    this.#hover = index
    this.update()
  }
}

const timeOf = (point) => new Date(point.at).getTime()

const axis = ({ kind, width, top, step, y, xAt, start, end }) => {
  const lines = []
  for (let value = 0; value <= top * 1.001; value += step) {
    lines.push(html`<path class="grid" d="M${LEFT} ${y(value).toFixed(1)}H${width}"/><text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${kind.axis(Math.round(value))}</text>`)
  }
  const most = Math.max(2, Math.floor((width - LEFT) / 84))
  const every = TICKS.find((each) => (end - start) / each <= most) ?? TICKS.at(-1)
  const offset = new Date(start).getTimezoneOffset() * 60_000
  const marks = []
  for (let time = Math.ceil((start - offset) / every) * every + offset; xAt(time) < width - 48; time += every) {
    if (xAt(time) > LEFT + 12) marks.push(html`<text x="${xAt(time).toFixed(1)}" y="${HEIGHT - 4}" text-anchor="middle">${clock(new Date(time))}</text>`)
  }
  return [lines, marks, html`<text x="${width - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">now</text>`]
}

const plot = ({ kind, points, interval, end, x, xAt, y }) => {
  const stretches = []
  points.forEach((point, index) => {
    const isNew = !index || timeOf(point) - timeOf(points[index - 1]) > interval * GAP
    if (isNew) stretches.push([])
    stretches.at(-1).push([x(index), y(kind.value(point))])
  })
  // The newest figure holds until the next one comes.
  if (points.length && end - timeOf(points.at(-1)) <= interval * GAP) stretches.at(-1).push([xAt(end), y(kind.value(points.at(-1)))])
  return stretches.map((stretch) => {
    const line = stretch.map(([left, top]) => `${left.toFixed(1)} ${top.toFixed(1)}`).join('L')
    return html`<path class="area" d="M${stretch[0][0].toFixed(1)} ${y(0)}L${line}V${y(0)}Z"/><path class="line" d="M${line}${stretch.length < 2 ? 'h.1' : ''}"/>`
  })
}

const cursor = ({ kind, points, x, y }, index) => html`<path class="cursor" d="M${x(index)} ${TOP}V${HEIGHT - BOTTOM}"/><circle cx="${x(index)}" cy="${y(kind.value(points[index]))}" r="3.5"/>`

define('usage-chart', UsageChart)
