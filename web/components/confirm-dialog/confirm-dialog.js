// Asks before something is lost, and says what. Resolves to true or false.
import { element, html } from '../../lib/html.js'
import { whenSubmitted } from '../../lib/form.js'

/** `losses`: what will be gone, a line each; `name`: what must be typed first; `work`: what is done, its refusal is shown. */
export const confirmed = ({ title, text, losses = [], name = '', verb, isDangerous = true, work = async () => {} }) => new Promise((resolve) => {
  const dialog = element(html`<dialog class="dialog" aria-labelledby="confirm-title"><form>
    <h2 id="confirm-title">${title}</h2>
    ${text ? html`<p>${text}</p>` : ''}
    ${losses.length ? html`<ul class="losses">${losses.map((each) => html`<li>${each}</li>`)}</ul>` : ''}
    ${name ? html`<div class="field" data-field="typed"><label for="confirm-typed">Type <b>${name}</b> to confirm</label><input class="input" id="confirm-typed" name="typed" autocomplete="off" spellcheck="false" autocapitalize="none"></div>` : ''}
    <div class="dialog-foot"><button type="button" class="button" data-close>Cancel</button>
      <button type="submit" class="button primary ${isDangerous ? 'dangerous' : ''}">${verb}</button></div>
  </form></dialog>`)
  const submit = dialog.querySelector('[type=submit]')
  const typed = dialog.querySelector('[name=typed]')
  if (typed) {
    submit.disabled = true
    typed.addEventListener('input', () => { submit.disabled = typed.value.trim() !== name })
  }
  let isDone = false
  whenSubmitted(dialog.querySelector('form'), async () => {
    await work()
    isDone = true
    dialog.close()
  })
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => { dialog.remove(); resolve(isDone) })
  document.body.append(dialog)
  dialog.showModal()
  ;(typed ?? dialog.querySelector('[data-close]')).focus()
})
