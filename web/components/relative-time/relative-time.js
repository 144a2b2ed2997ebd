// `<relative-time at="2026-11-21T08:15:30Z">`: how long ago, with the exact time on hover.
import { Component, define } from '../../lib/component.js'
import { exact, relative } from '../../lib/format.js'

const shown = new Set()
setInterval(() => { if (!document.hidden) shown.forEach((each) => each.update()) }, 5000)

class RelativeTime extends Component {
  static observedAttributes = ['at']

  connected() { shown.add(this) }
  disconnected() { shown.delete(this) }

  update() {
    const date = new Date(this.getAttribute('at'))
    if (Number.isNaN(date.getTime())) { this.textContent = ''; return }
    const time = this.firstElementChild ?? this.appendChild(document.createElement('time'))
    const text = relative(date)
    if (time.textContent !== text) time.textContent = text
    time.dateTime = date.toISOString()
    time.title = exact(date)
  }
}

define('relative-time', RelativeTime)
