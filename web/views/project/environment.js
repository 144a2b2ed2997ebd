import { api } from '../../api.js'
import { actions } from '../../lib/dom.js'
import { parseDotenv } from '../../lib/dotenv.js'
import { plural } from '../../lib/format.js'
import { html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { formDialog } from '../../lib/dialog.js'
import { problemFace, problemNotice } from '../../lib/form.js'
import { act } from '../../lib/project-actions.js'
import { store } from '../../store.js'
import { toast } from '../../components/toast-list/toast-list.js'
import '../../components/copy-button/copy-button.js'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

export const mount = (root, { name, signal }) => {
  const path = `/api/project/${encodeURIComponent(name)}/env`
  // `draft` has what differs from what is saved: a value, or null for what is to go.
  const view = { saved: null, draft: new Map(), shown: new Set(), editing: null, problem: null, needsRestart: false, isSaving: false }
  const draw = () => { if (!signal.aborted) render(root, page(name, view)) }

  const load = async () => {
    view.problem = null
    try {
      view.saved = saved(await api.get(path, { signal }))
    } catch (problem) {
      if (problem.name === 'AbortError') return
      return render(root, problemFace(problem))
    }
    draw()
  }
  const save = async () => {
    const set = [...view.draft].filter(([, value]) => value !== null).map(([key, value]) => ({ name: key, value }))
    const unset = [...view.draft].filter(([, value]) => value === null).map(([key]) => key)
    Object.assign(view, { isSaving: true, problem: null })
    draw()
    try {
      view.saved = saved(await api.patch(path, { set, unset }))
      Object.assign(view, { draft: new Map(), needsRestart: store.project(name)?.instances.length > 0, editing: null })
      toast('The environment is saved.')
    } catch (problem) {
      view.problem = problem
    }
    view.isSaving = false
    draw()
  }
  const commit = (key, value) => {
    if (view.saved.get(key) === value) view.draft.delete(key)
    else view.draft.set(key, value)
  }

  actions(root, {
    again: load,
    save,
    discard: () => { Object.assign(view, { draft: new Map(), editing: null, problem: null }); draw() },
    reveal: ({ value }) => { view.shown.has(value) ? view.shown.delete(value) : view.shown.add(value); draw() },
    revealAll: () => { view.shown = view.shown.size ? new Set() : new Set([...view.saved.keys(), ...view.draft.keys()]); draw() },
    edit: ({ value }) => { view.editing = value; draw(); root.querySelector('[name=value]')?.select() },
    leave: () => { view.editing = null; draw() },
    remove: ({ value }) => { if (view.saved.has(value)) view.draft.set(value, null); else view.draft.delete(value); draw() },
    undo: ({ value }) => { view.draft.delete(value); draw() },
    paste: () => paste(view, (variables) => { variables.forEach((each) => commit(each.name, each.value)); draw() }),
    restart: async () => { view.needsRestart = false; draw(); await act(name, 'restart') },
    later: () => { view.needsRestart = false; draw() },
  }, signal)

  root.addEventListener('submit', (event) => {
    event.preventDefault()
    const { name: key, value } = Object.fromEntries(new FormData(event.target))
    if (event.target.matches('.env-edit')) { commit(view.editing, value); view.editing = null; return draw() }
    const word = key.trim()
    const input = event.target.elements.name
    if (!NAME.test(word)) {
      input.setAttribute('aria-invalid', 'true')
      render(event.target.querySelector('.wrong'), html`${word ? 'Names have letters, digits and underscores, and do not begin with a digit.' : 'A name is needed.'}`)
      return input.focus()
    }
    commit(word, value)
    event.target.reset()
    input.removeAttribute('aria-invalid')
    draw()
    input.focus()
  }, { signal })
  root.addEventListener('paste', (event) => {
    const text = event.clipboardData.getData('text')
    if (event.target.name !== 'name' || !text.includes('=')) return
    const { variables } = parseDotenv(text)
    if (!variables.length) return
    event.preventDefault()
    variables.forEach((each) => commit(each.name, each.value))
    toast(`${plural(variables.length, 'variable')} taken over. Look at them and save.`)
    draw()
  }, { signal })
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape' && event.target.closest('.env-edit')) { view.editing = null; draw() } }, { signal })
  window.addEventListener('beforeunload', (event) => { if (view.draft.size) event.preventDefault() }, { signal })
  draw()
  load()
}

// MARK: - Private

const saved = ({ variables }) => new Map(variables.map((each) => [each.name, each.value]))

const page = (name, view) => {
  if (!view.saved) return html`<section class="card"><header><h2>Environment</h2></header>${[1, 2, 3, 4].map(() => html`<div class="env-row"><span class="skeleton line"></span><span class="skeleton line"></span></div>`)}</section>`
  const may = store.mayChange(store.project(name))
  const names = [...new Set([...view.saved.keys(), ...view.draft.keys()])].sort()
  return html`<div class="stack">
    ${view.needsRestart ? html`<div class="notice busy" role="status">${icons.restart}<div><p class="what">Saved. The running app still has the old values.</p><p class="how">They are read when it starts.</p></div><div class="buttons"><button type="button" class="button small" data-action="later">Later</button><button type="button" class="button small primary" data-action="restart">Restart now</button></div></div>` : ''}
    <section class="card"><header><h2>Environment</h2><span class="buttons">${may && names.length ? html`<button type="button" class="button small quiet" data-action="revealAll">${view.shown.size ? icons.hide : icons.eye}${view.shown.size ? 'Hide all' : 'Reveal all'}</button>` : ''}${may ? html`<button type="button" class="button small" data-action="paste">Paste .env</button>` : ''}</span></header>
      ${names.length ? html`<div class="env-list">${names.map((key) => row(key, view, may))}</div>` : html`<div class="empty">${icons.key}<h2>No variables yet</h2><p>${may ? 'Add one below, or paste a whole .env file. Values are kept encrypted.' : 'The owner has set none.'}</p></div>`}
      ${may ? html`<form class="env-add" data-own data-key="add"><input class="input mono" name="name" aria-label="Name of a new variable" placeholder="NAME" autocomplete="off" autocapitalize="none" spellcheck="false"><input class="input mono" name="value" aria-label="Value of the new variable" placeholder="value" autocomplete="off" autocapitalize="none" spellcheck="false"><button type="submit" class="button">${icons.plus}Add</button><p class="wrong" role="alert"></p></form>` : ''}
    </section>
    ${view.problem ? problemNotice(view.problem) : ''}
    ${view.draft.size ? html`<div class="save-bar" role="region" aria-label="Changes that are not saved"><span>${summary(view)}</span><span class="buttons"><button type="button" class="button quiet" data-action="discard">Discard</button><button type="button" class="button primary" data-action="save" ${view.isSaving ? html`disabled` : ''}>${view.isSaving ? 'Saving…' : 'Save'}</button></span></div>` : ''}
    <p class="muted small">NodePilot sets <code>PORT</code>, <code>HOST</code> and <code>NODEPILOT_…</code> itself. ${may ? 'Pasting several lines into NAME takes all of them.' : ''}</p>
  </div>`
}

const row = (key, view, may) => {
  const isNew = !view.saved.has(key)
  const draft = view.draft.get(key)
  const state = draft === undefined ? '' : draft === null ? 'gone' : isNew ? 'new' : 'changed'
  const value = state && draft !== null ? draft : view.saved.get(key)
  const isShown = view.shown.has(key)
  if (view.editing === key) {
    return html`<form class="env-row env-edit" data-key="edit-${key}"><code>${key}</code><textarea class="input mono" name="value" rows="${Math.min(6, (value ?? '').split('\n').length)}" aria-label="Value of ${key}" spellcheck="false">${value}</textarea><span class="buttons"><button type="button" class="button small quiet" data-action="leave">Cancel</button><button type="submit" class="button small">Done</button></span></form>`
  }
  return html`<div class="env-row ${state}" data-key="${key}"><code class="env-name">${key}${state ? html` <span class="tag ${state}">${{ gone: 'to be removed', new: 'new', changed: 'changed' }[state]}</span>` : ''}</code>
    <code class="env-value ellipsis">${value === undefined ? 'hidden' : isShown ? value : '••••••••••••'}</code>
    ${may ? html`<span class="buttons">${state === 'gone' || state === 'changed' ? html`<button type="button" class="button small quiet" data-action="undo" value="${key}">Undo</button>` : ''}
      ${state === 'gone' ? '' : html`<button type="button" class="button quiet square small" data-action="reveal" value="${key}" aria-pressed="${String(isShown)}" aria-label="Reveal ${key}">${isShown ? icons.hide : icons.eye}</button><copy-button label="Copy the value of ${key}" text="${value}"></copy-button>
      <button type="button" class="button quiet square small" data-action="edit" value="${key}" aria-label="Edit ${key}">${icons.edit}</button><button type="button" class="button quiet square small" data-action="remove" value="${key}" aria-label="Remove ${key}">${icons.trash}</button>`}</span>` : ''}</div>`
}

const summary = ({ saved: before, draft }) => {
  const gone = [...draft.values()].filter((value) => value === null).length
  const fresh = [...draft].filter(([key, value]) => value !== null && !before.has(key)).length
  const changed = draft.size - gone - fresh
  return [fresh && `${fresh} new`, changed && `${changed} changed`, gone && `${gone} to be removed`].filter(Boolean).join(', ')
}

const paste = (view, take) => formDialog({
  title: 'Paste .env', verb: 'Take over',
  body: html`<p>One <code>NAME=value</code> a line; quotes, comments and <code>export</code> are understood. Nothing is saved yet.</p>
    <div class="field" data-field="text"><label for="paste-text">Lines</label><textarea class="input mono" id="paste-text" name="text" rows="10" spellcheck="false" autocapitalize="none"></textarea><p class="help" aria-live="polite"></p></div>`,
  opened: (dialog) => {
    const area = dialog.querySelector('textarea')
    const tell = () => {
      const { variables, problems } = parseDotenv(area.value)
      const replaced = variables.filter((each) => view.saved.has(each.name)).length
      dialog.querySelector('.help').textContent = problems.length ? `Line ${problems[0].line} is no NAME=value: ${problems[0].text}`
        : variables.length ? `${plural(variables.length, 'variable')}${replaced ? `, ${replaced} of them replace what is there` : ''}.` : ''
      dialog.querySelector('[type=submit]').disabled = !variables.length || problems.length > 0
    }
    area.addEventListener('input', tell)
    area.focus()
    tell()
  },
  work: async ({ text }) => take(parseDotenv(text).variables),
})
