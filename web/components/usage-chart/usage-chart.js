// A line and an area over time with its axis; the figure under the pointer, or under the arrow keys, is told.
import { Component, define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'
import { bytes, clock, exact, percent } from '../../lib/format.js'

const HEIGHT = 148
const LEFT = 52
const BOTTOM = 22
const TOP = 10

const KINDS = {
  cpu: { title: 'CPU', value: (point) => point.cpu_percent, text: percent, least: 5, steps: [1, 2, 5, 10, 20, 25, 50, 100, 200, 400], axis: (v) => `${v} %` },
  memory: { title: 'Memory', value: (point) => point.memory_bytes, text: bytes, least: 16e6, steps: [4, 8, 16, 32, 50, 100, 200, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000].map((m) => m * 1e6), axis: (v) => bytes(v).replace('.0 ', ' ') },
}

class UsageChart extends Component {
  static observedAttributes = ['kind', 'ceiling']
  #series = null
  #hover = null

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
    const frame = { kind, width, points, top, step: top === ceiling ? ceiling / 4 : step }
    frame.x = (index) => LEFT + (points.length < 2 ? 0 : (index / (points.length - 1)) * (width - LEFT - 4))
    frame.y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP)
    const last = points.at(-1)
    this.setAttribute('aria-label', last ? `${kind.title}: now ${kind.text(kind.value(last))}, at most ${kind.text(Math.max(...points.map(kind.value)))}` : `${kind.title}: no figures yet`)
    render(this, html`<svg viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" aria-hidden="true">
      ${axis(frame)}${this.#series ? plot(frame) : ''}${this.#hover === null ? '' : cursor(frame, this.#hover)}
    </svg><output class="told">${this.#told(kind, points)}</output>`)
  }

  // MARK: - Private

  #told(kind, points) {
    const point = points[this.#hover ?? points.length - 1]
    if (!point) return this.#series ? 'no figures yet' : ''
    return html`<b>${kind.text(kind.value(point))}</b> <span>${this.#hover === null ? 'now' : exact(new Date(point.at)).replace(/^\w+ /, '').replace(/ \S+$/, '')}</span>`
  }

  #at(clientX) {
    const count = this.#series?.points.length ?? 0
    if (count < 2) return
    const box = this.getBoundingClientRect()
    const share = (clientX - box.left - LEFT) / (box.width - LEFT - 4)
    this.#point(Math.max(0, Math.min(count - 1, Math.round(share * (count - 1)))))
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

const axis = ({ kind, width, points, top, step, x, y }) => {
  const lines = []
  for (let value = 0; value <= top * 1.001; value += step) {
    lines.push(html`<path class="grid" d="M${LEFT} ${y(value).toFixed(1)}H${width}"/><text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${kind.axis(Math.round(value))}</text>`)
  }
  const marks = points.length < 2 ? [] : [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (points.length - 1)))
  return [lines, marks.map((index, at) => html`<text x="${x(index).toFixed(1)}" y="${HEIGHT - 4}" text-anchor="${at === 0 ? 'start' : at === 4 ? 'end' : 'middle'}">${at === 4 ? 'now' : clock(new Date(points[index].at))}</text>`)]
}

const plot = ({ kind, points, x, y }) => {
  if (points.length < 2) return ''
  const line = points.map((point, index) => `${x(index).toFixed(1)} ${y(kind.value(point)).toFixed(1)}`).join('L')
  return html`<path class="area" d="M${x(0)} ${y(0)}L${line}V${y(0)}Z"/><path class="line" d="M${line}"/>`
}

const cursor = ({ kind, points, x, y }, index) => html`<path class="cursor" d="M${x(index)} ${TOP}V${HEIGHT - BOTTOM}"/><circle cx="${x(index)}" cy="${y(kind.value(points[index]))}" r="3.5"/>`

define('usage-chart', UsageChart)
