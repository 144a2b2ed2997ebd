// The list of keys, by `?`.
import { element, html } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'

const GROUPS = [
  ['Go to', [['g p', 'Projects'], ['g s', 'System'], ['g a', 'Account'], ['g u', 'Users'], ['g l', 'Audit log']]],
  ['Everywhere', [['/', 'Search'], ['n', 'New project'], ['t', 'Switch the theme'], ['?', 'This list'], ['Esc', 'Close, or leave a field']]],
  ['Projects', [['j k', 'Next, previous'], ['Enter', 'Open'], ['o', 'Visit the app']]],
  ['In a project', [['1 – 6', 'Its tabs'], ['d', 'Deploy a new release'], ['space', 'Pause the log'], ['End', 'Follow the log']]],
]

export const showKeys = () => {
  if (document.querySelector('dialog[open]')) return
  const dialog = element(html`<dialog class="dialog" aria-labelledby="keys-title"><div class="inner">
    <div class="dialog-head"><h2 id="keys-title">Keys</h2><button type="button" class="button quiet square" aria-label="Close">${icons.cross}</button></div>
    <div class="keys">${GROUPS.map(([title, keys]) => html`<section><h3>${title}</h3><dl>${keys.map(([key, text]) => html`<dt>${key.split(' ').map((each) => (each === '–' ? '–' : html`<kbd>${each}</kbd>`)).flatMap((each) => [each, ' '])}</dt><dd>${text}</dd>`)}</dl></section>`)}</div>
  </div></dialog>`)
  dialog.addEventListener('click', (event) => { if (event.target === dialog || event.target.closest('button')) dialog.close() })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
