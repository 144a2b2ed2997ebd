// Files dropped anywhere: onto something that names a project a new release of it, elsewhere a new project.
import { element, html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { isArchive } from '../../lib/dom.js'
import { store } from '../../store.js'
import { toast } from '../toast-list/toast-list.js'
import { openUpload } from '../upload-dialog/upload-dialog.js'

let depth = 0
let overlay = null
let marked = null

export const acceptDrops = () => {
  window.addEventListener('dragenter', (event) => { if (isWelcome(event)) { event.preventDefault(); depth += 1; show(event) } })
  window.addEventListener('dragover', (event) => { if (isWelcome(event)) { event.preventDefault(); show(event) } })
  window.addEventListener('dragleave', (event) => { if (isWelcome(event) && (depth -= 1) <= 0) hide() })
  window.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    const project = projectAt(event)
    const isTaken = isWelcome(event)
    hide()
    const [file] = event.dataTransfer.files
    if (!isTaken || !file) return
    if (!isArchive(file)) {
      toast(`“${file.name}” is no ZIP or tar.gz.`, { tone: 'bad', hint: 'Pack the app’s folder into a ZIP and drop that.' })
      return
    }
    openUpload({ file, project })
  })
}

// MARK: - Private

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false
const isWelcome = (event) => carriesFiles(event) && store.mayCreate() && !document.querySelector('dialog[open]')

const targetAt = (event) => {
  const found = event.target.closest?.('[data-drop-project]')
  return found && store.mayChange(store.project(found.dataset.dropProject)) ? found : null
}

const projectAt = (event) => targetAt(event)?.dataset.dropProject ?? null

const show = (event) => {
  if (!overlay) {
    overlay = element(html`<div class="drop-overlay" aria-hidden="true"></div>`)
    document.body.append(overlay)
  }
  const target = targetAt(event)
  if (target !== marked) {
    marked?.classList.remove('drop-here')
    target?.classList.add('drop-here')
    marked = target
  }
  overlay.classList.toggle('onto', target !== null)
  const text = target ? html`New release of <b>${target.dataset.dropProject}</b>` : html`New project`
  render(overlay, html`<p>${icons.upload}<span>${text}</span></p>`)
}

const hide = () => {
  depth = 0
  overlay?.remove()
  marked?.classList.remove('drop-here')
  overlay = marked = null
}
