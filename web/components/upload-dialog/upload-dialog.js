// A ZIP on its way: names a new project, or goes straight to the project it was dropped on.
import { api } from '../../api.js'
import { element, html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { field, problemNotice, whenSubmitted } from '../../lib/form.js'
import { bytes, duration } from '../../lib/format.js'
import { isArchive, suggestedName } from '../../lib/dom.js'
import { meter } from '../../lib/meter.js'
import { parseDotenv } from '../../lib/dotenv.js'
import { navigate } from '../../router.js'
import { store } from '../../store.js'

/** `file` may be missing: it is asked for. With `project` the upload is a new release of it and begins at once. */
export const openUpload = ({ file = null, project = null } = {}) => {
  if (document.querySelector('dialog[open]')) return
  new Upload(file, project).open()
}

/** A field that opens the file picker and looks like the place to drop on. */
export const dropZone = ({ title, text, tight = false }) => html`<label class="drop-zone ${tight ? 'tight' : ''}">${icons.upload}<b>${title}</b><span>${text}</span>
  <input type="file" accept=".zip,.tgz,.tar.gz,application/zip,application/gzip" aria-label="${title}"></label>`

class Upload {
  #file
  #project
  #sending = null
  #progress = null

  constructor(file, project) {
    this.#file = file
    this.#project = project
  }

  open() {
    this.dialog = element(html`<dialog class="dialog" aria-labelledby="upload-title"><form></form></dialog>`)
    this.form = this.dialog.firstElementChild
    render(this.form, this.#frame())
    document.body.append(this.dialog)
    this.#listen()
    this.dialog.showModal()
    this.#draw()
    if (this.#project && this.#file) this.#sendRelease()
    else this.form.querySelector(this.#file ? '[name=name]' : '[type=file]')?.focus()
    this.form.querySelector('[name=name]')?.select()
  }

  // MARK: - Private

  #frame() {
    return html`<div class="dialog-head"><h2 id="upload-title">${this.#project ? `New release of ${this.#project}` : 'New project'}</h2>
        <button type="button" class="button quiet square" data-cancel aria-label="Close">${icons.cross}</button></div>
      <div class="file-place"></div>
      ${this.#project ? '' : html`<div class="form" data-part="fields">
        ${field({ label: 'Name', name: 'name', value: this.#file ? suggestedName(this.#file.name) : '', attributes: html`required maxlength="31" autocomplete="off" autocapitalize="none" spellcheck="false"`, help: 'Lower-case letters, digits and hyphens. It becomes the app’s address.' })}
        <details class="fold"><summary>${icons.chevron}More settings</summary><div class="form">
          ${field({ label: 'Start command', name: 'start_command', optional: true, attributes: html`autocomplete="off" spellcheck="false" placeholder="found in the ZIP"` })}
          ${field({ label: 'Port', name: 'port', kind: 'number', optional: true, attributes: html`min="1" max="65535" placeholder="chosen and handed over in PORT"` })}
          <div class="field" data-field="env_vars"><label for="upload-env">Environment <span class="optional">optional</span></label><textarea class="input mono" id="upload-env" name="env_vars" rows="4" spellcheck="false" placeholder="DATABASE_URL=…"></textarea></div>
        </div></details></div>`}
      <div class="refusal-place" role="status"></div>
      <div class="dialog-foot"><button type="button" class="button" data-cancel>Cancel</button>
        <button type="submit" class="button primary">${this.#project ? 'Deploy' : 'Create and deploy'}</button></div>`
  }

  #listen() {
    whenSubmitted(this.form, (values) => (this.#project ? this.#sendRelease() : this.#sendProject(values)))
    this.form.addEventListener('click', (event) => { if (event.target.closest('[data-cancel]')) this.dialog.close() })
    this.form.addEventListener('change', (event) => { if (event.target.type === 'file') this.#choose(event.target.files[0]) })
    this.dialog.addEventListener('dragover', (event) => event.preventDefault())
    this.dialog.addEventListener('drop', (event) => { event.preventDefault(); if (!this.#sending) this.#choose(event.dataTransfer.files[0]) })
    this.dialog.addEventListener('cancel', (event) => { if (this.#sending) event.preventDefault() })
    this.dialog.addEventListener('close', () => { this.#sending?.abort(); this.dialog.remove() })
  }

  #choose(file) {
    if (!file) return
    const isRight = isArchive(file)
    render(this.form.querySelector('.refusal-place'), isRight ? html`` : problemNotice({ detail: `“${file.name}” is no ZIP or tar.gz.`, hint: 'Pack the app’s folder into a ZIP and choose that.' }))
    if (!isRight) return
    this.#file = file
    const name = this.form.querySelector('[name=name]')
    if (name && !name.value) name.value = suggestedName(file.name)
    this.#draw()
    if (this.#project) this.#sendRelease()
    else name.focus()
  }

  #draw() {
    const file = this.#file
    const progress = this.#progress
    this.form.querySelector('[type=submit]').disabled = !file
    const fields = this.form.querySelector('[data-part=fields]')
    if (fields) fields.inert = this.#sending !== null
    render(this.form.querySelector('.file-place'), file ? html`<div class="upload-file" data-key="file">${icons.box}<b class="ellipsis">${file.name}</b>
      <span class="figures" aria-live="polite">${progress ? progress.text : bytes(file.size)}</span>
      ${this.#sending ? '' : html`<button type="button" class="button quiet small" data-key="change" data-cancel-file>Change</button>`}
      ${progress ? meter(progress.share, { label: 'Upload' }) : ''}</div>`
      : dropZone({ title: 'Drop a ZIP here', text: 'or choose one: your app’s folder, packed', tight: true }))
    const change = this.form.querySelector('[data-cancel-file]')
    if (change) change.onclick = () => { this.#file = null; this.#draw() }
  }

  async #sendProject({ name, start_command: start, port, env_vars: env }) {
    const form = new FormData()
    form.append('name', name.trim())
    if (start.trim()) form.append('start_command', start.trim())
    if (port) form.append('port', port)
    if (env.trim()) {
      const { variables, problems } = parseDotenv(env)
      if (problems.length) throw { status: 0, detail: `Line ${problems[0].line} is no NAME=value: ${problems[0].text}`, hint: 'Correct it and try again.', fields: [{ name: 'env_vars', problem: `has a line ${problems[0].line} that is no NAME=value` }] }
      form.append('env_vars', JSON.stringify(Object.fromEntries(variables.map((each) => [each.name, each.value]))))
    }
    form.append('file', this.#file)
    await this.#send('/api/project/create', form)
  }

  async #sendRelease() {
    const form = new FormData()
    form.append('file', this.#file)
    const submit = this.form.querySelector('[type=submit]')
    submit.setAttribute('aria-busy', 'true')
    render(this.form.querySelector('.refusal-place'), html``)
    try {
      await this.#send(`/api/project/${encodeURIComponent(this.#project)}/deploy`, form)
    } catch (problem) {
      if (problem.name !== 'AbortError') render(this.form.querySelector('.refusal-place'), problemNotice(problem))
    } finally {
      submit.removeAttribute('aria-busy')
    }
  }

  async #send(path, form) {
    const started = performance.now()
    this.#sending = new AbortController()
    const told = new AbortController()
    // While the server unpacks, its event stream counts the entries.
    store.on('deployment', (deployment) => this.#unpacking(deployment, form.get('name') ?? this.#project), told.signal)
    const onProgress = (loaded, total) => {
      const rest = loaded ? ((performance.now() - started) / loaded) * (total - loaded) : NaN
      const text = loaded < total ? `${bytes(loaded)} of ${bytes(total)}${rest > 1500 ? `, ${duration(rest)} to go` : ''}` : `${bytes(total)} sent. Unpacking…`
      this.#progress = { share: loaded / total, text }
      this.#draw()
    }
    onProgress(0, this.#file.size)
    try {
      const { project, deployment } = await api.upload(path, form, { onProgress, signal: this.#sending.signal })
      store.put({ ...project, last_deployment: project.last_deployment ?? deployment })
      this.#sending = null
      this.dialog.close()
      navigate(`/projects/${project.name}/deployments/${deployment.id}`)
    } finally {
      told.abort()
      this.#sending = this.#progress = null
      if (this.dialog.isConnected) this.#draw()
    }
  }

  #unpacking(deployment, name) {
    const step = deployment.steps.at(-1)
    if (deployment.project_name !== name || step?.name !== 'unpack' || !this.#progress) return
    this.#progress = { share: 1, text: `Unpacking: ${step.detail}` }
    this.#draw()
  }
}
