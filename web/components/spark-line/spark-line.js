// `<spark-line values="1,2,3" floor="1">`: the last few figures as a line. `floor` is the least height of the scale.
import { Component, define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'

const WIDTH = 96
const HEIGHT = 24
const POINTS = 60
/** A young line takes the whole width from this many figures on. */
const LEAST = 8

class SparkLine extends Component {
  static observedAttributes = ['values']

  update() {
    const values = (this.getAttribute('values') || '').split(',').filter(Boolean).map(Number).slice(-POINTS)
    const top = Math.max(Number(this.getAttribute('floor') || 1), ...values) * 1.1
    const x = (index) => WIDTH - (values.length - 1 - index) * (WIDTH / (Math.max(LEAST, values.length) - 1))
    const line = values.map((value, index) => `${x(index).toFixed(1)} ${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`)
    render(this, html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${line.length > 1 && values.some((value) => value > 0) ? html`<path class="area" d="M${x(0).toFixed(1)} ${HEIGHT}L${line.join('L')}V${HEIGHT}Z"/><path class="line" d="M${line.join('L')}"/>` : html`<path class="rest" d="M0 ${HEIGHT - 2}H${WIDTH}"/>`}
    </svg>`)
  }
}

define('spark-line', SparkLine)
