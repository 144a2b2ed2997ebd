// `<copy-button text="…" label="Copy the address">`
import { Component, define } from '../../lib/component.js'
import { copy } from '../../lib/dom.js'
import { html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { toast } from '../toast-list/toast-list.js'

class CopyButton extends Component {
  static observedAttributes = ['text', 'label']
  #isDone = false

  connected(signal) {
    this.addEventListener('click', async () => {
      this.#isDone = await copy(this.getAttribute('text') ?? '')
      toast(this.#isDone ? 'Copied.' : 'This browser does not let the page copy. Select the text and copy it by hand.')
      this.update()
      setTimeout(() => { this.#isDone = false; this.update() }, 1500)
    }, { signal })
  }

  update() {
    const label = this.getAttribute('label') ?? 'Copy'
    render(this, html`<button type="button" class="button quiet square small" aria-label="${label}" title="${label}">${this.#isDone ? icons.check : icons.copy}</button>`)
  }
}

define('copy-button', CopyButton)
