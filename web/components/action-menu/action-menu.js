// A button and its menu (ARIA Authoring Practices, menu button). The view gives the items; it keeps them up to date.
import { define } from '../../lib/component.js'
import { html } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'

/** `items`: `{action, text, icon, isDangerous, href}`; nothing at all makes no menu. */
export const actionMenu = (label, items, data = '') => html`<action-menu>
  <button type="button" class="button quiet square small" aria-haspopup="menu" aria-expanded="false" data-live="aria-expanded" aria-label="${label}">${icons.more}</button>
  <div class="menu" role="menu" aria-label="${label}" data-live="hidden class" hidden>${items.filter(Boolean).map((item) => (item.href
    ? html`<a role="menuitem" tabindex="-1" href="${item.href}">${item.icon}${item.text}</a>`
    : html`<button type="button" role="menuitem" tabindex="-1" class="${item.isDangerous ? 'dangerous' : ''}" data-action="${item.action}" data-name="${data}">${item.icon}${item.text}</button>`))}</div>
</action-menu>`

class ActionMenu extends HTMLElement {
  /** The renderer may change the children: they are the view's. */
  static holdsViewContent = true

  connectedCallback() {
    this.addEventListener('click', this)
    this.addEventListener('keydown', this)
    this.addEventListener('focusout', this)
  }

  disconnectedCallback() { document.removeEventListener('pointerdown', this) }

  handleEvent(event) {
    if (event.type === 'pointerdown') { if (!this.contains(event.target)) this.#show(false) }
    else if (event.type === 'focusout') { if (event.relatedTarget && !this.contains(event.relatedTarget)) this.#show(false) }
    else if (event.type === 'keydown') this.#key(event)
    else if (event.target.closest('[aria-haspopup]')) this.#show(this.#menu.hidden, event.detail === 0)
    else if (event.target.closest('[role=menuitem]')) this.#show(false)
  }

  // MARK: - Private

  get #menu() { return this.querySelector('.menu') }
  get #button() { return this.querySelector('[aria-haspopup]') }

  #show(isShown, byKey = false) {
    this.#menu.hidden = !isShown
    this.#button.setAttribute('aria-expanded', String(isShown))
    this.toggleAttribute('shown', isShown)
    document[isShown ? 'addEventListener' : 'removeEventListener']('pointerdown', this)
    if (!isShown) return
    const below = window.innerHeight - this.#button.getBoundingClientRect().bottom
    this.#menu.classList.toggle('above', below < this.#menu.offsetHeight + 70)
    if (byKey) this.#menu.querySelector('[role=menuitem]')?.focus()
  }

  #key(event) {
    const items = [...this.querySelectorAll('[role=menuitem]')]
    const at = items.indexOf(document.activeElement)
    if (event.key === 'Escape' && !this.#menu.hidden) { event.stopPropagation(); this.#show(false); this.#button.focus() }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!by || !items.length) return
    event.preventDefault()
    if (this.#menu.hidden) this.#show(true, true)
    else items[(at + by + items.length) % items.length].focus()
  }
}

define('action-menu', ActionMenu)
