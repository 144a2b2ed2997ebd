// Asks before something is lost, and says what.
import { formDialog } from '../../lib/dialog.js'
import { html } from '../../lib/html.js'

/** `losses`: what will be gone, a line each; `name`: what must be typed first; `work`: what is done, its refusal is shown.
    Resolves to whether it was done. */
export const confirmed = ({ title, text, losses = [], name = '', verb, isDangerous = true, work = async () => {} }) => formDialog({
  title, verb, work, tone: isDangerous ? 'dangerous' : '',
  body: html`${text ? html`<p>${text}</p>` : ''}
    ${losses.length ? html`<ul class="losses">${losses.map((each) => html`<li>${each}</li>`)}</ul>` : ''}
    ${name ? html`<div class="field" data-field="typed"><label for="confirm-typed">Type <b>${name}</b> to confirm</label><input class="input" id="confirm-typed" name="typed" autocomplete="off" spellcheck="false" autocapitalize="none"></div>` : ''}`,
  opened: (dialog) => {
    const typed = dialog.querySelector('[name=typed]')
    const submit = dialog.querySelector('[type=submit]')
    submit.disabled = Boolean(name)
    typed?.addEventListener('input', () => { submit.disabled = typed.value.trim() !== name })
    ;(typed ?? dialog.querySelector('[data-close]')).focus()
  },
})
