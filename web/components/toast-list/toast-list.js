// Short remarks at the edge of the page, told to screen readers as well.
import { define } from '../../lib/component.js'
import { element, html, prose } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'

/** `tone`: `good` or `bad`; a bad one stays until it is closed. */
export const toast = (text, { tone = 'good', hint = '', requestID = '' } = {}) =>
  document.querySelector('toast-list')?.show(text, tone, hint, requestID)

export const toastProblem = (problem) => {
  if (problem.name === 'AbortError') return
  if (!('status' in problem)) console.error(problem)
  toast(problem.detail ?? 'Something went wrong in this page.', { tone: 'bad', hint: problem.hint, requestID: problem.requestID })
}

class ToastList extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'status')
    this.setAttribute('aria-live', 'polite')
    this.addEventListener('click', (event) => event.target.closest('button')?.closest('.toast').remove())
  }

  show(text, tone, hint, requestID) {
    const shown = element(html`<div class="toast ${tone}">${tone === 'bad' ? icons.warning : icons.check}
      <div><p>${prose(text)}</p>${hint ? html`<p class="muted">${prose(hint)}</p>` : ''}${requestID ? html`<p class="id">Request <code>${requestID}</code></p>` : ''}</div>
      <button type="button" class="button quiet square small" aria-label="Close">${icons.cross}</button></div>`)
    this.append(shown)
    while (this.children.length > 3) this.firstElementChild.remove()
    if (tone !== 'bad') setTimeout(() => shown.remove(), 4000)
  }
}

define('toast-list', ToastList)
