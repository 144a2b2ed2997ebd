// A dialog with a form: opens, sends, says what was refused, and is gone when it is closed.
import { element, html } from './html.js'
import { whenSubmitted } from './form.js'

/** `work(values)` runs when the form is sent; the dialog closes when it succeeds. Resolves to whether it did. */
export const formDialog = ({ title, body, verb, tone = '', opened = () => {}, work }) => new Promise((resolve) => {
  const dialog = element(html`<dialog class="dialog" aria-labelledby="dialog-title"><form>
    <h2 id="dialog-title">${title}</h2>${body}
    <div class="dialog-foot"><button type="button" class="button" data-close>Cancel</button><button type="submit" class="button primary ${tone}">${verb}</button></div>
  </form></dialog>`)
  let isDone = false
  whenSubmitted(dialog.querySelector('form'), async (values) => {
    await work(values)
    isDone = true
    dialog.close()
  })
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => { dialog.remove(); resolve(isDone) })
  document.body.append(dialog)
  dialog.showModal()
  opened(dialog)
})
