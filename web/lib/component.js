// What our custom elements share: they draw themselves when they are connected and when an attribute changes.

export class Component extends HTMLElement {
  #lifetime = null

  connectedCallback() {
    this.#lifetime = new AbortController()
    this.connected?.(this.#lifetime.signal)
    this.update?.()
  }

  attributeChangedCallback(_, before, now) {
    if (this.#lifetime && before !== now) this.update?.()
  }

  disconnectedCallback() {
    this.#lifetime?.abort()
    this.#lifetime = null
    this.disconnected?.()
  }
}

export const define = (name, type) => {
  if (!customElements.get(name)) customElements.define(name, type)
}
