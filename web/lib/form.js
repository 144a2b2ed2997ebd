// Forms: their fields, their waiting and their refusals.
import { html, element, prose } from './html.js'
import { icons } from './icons.js'

let number = 0

/** A labelled input. `kind` is the input's type, or `password` with a button that shows it. */
export const field = ({ label, name, value = '', kind = 'text', help, optional = false, mono = false, attributes = html`` }) => {
  const id = `field-${name}-${number += 1}`
  const input = html`<input class="${mono ? 'input mono' : 'input'}" id="${id}" name="${name}" type="${kind}" value="${value}" ${attributes} ${help ? html`aria-describedby="${id}-help"` : ''}>`
  return html`<div class="field" data-field="${name}">
    <label for="${id}">${label}${optional ? html` <span class="optional">optional</span>` : ''}</label>
    ${kind === 'password' ? html`<div class="with-button">${input}<button type="button" class="button quiet square" data-peek aria-label="Show what is typed" aria-pressed="false">${icons.eye}</button></div>` : input}
    ${help ? html`<p class="help" id="${id}-help">${help}</p>` : ''}
  </div>`
}

/** Sends `form` by `work(values)`: shows that it waits, and what was refused beside the field it is about. */
export const whenSubmitted = (form, work, signal) => {
  form.noValidate = true
  form.addEventListener('click', (event) => peek(event.target.closest('[data-peek]')), { signal })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = event.submitter ?? form.querySelector('[type=submit]')
    if (button?.getAttribute('aria-busy') === 'true') return
    clear(form)
    if (!isComplete(form)) return
    button?.setAttribute('aria-busy', 'true')
    try {
      await work(Object.fromEntries(new FormData(form)), form)
    } catch (problem) {
      if (problem.name !== 'AbortError') refuse(form, problem)
    } finally {
      button?.removeAttribute('aria-busy')
    }
  }, { signal })
}

/** What happened, what to do, and the request's ID. */
export const problemNotice = (problem, buttons = '') => html`<div class="notice bad" role="alert">
  ${icons.warning}
  <div><p class="what">${prose(problem.detail ?? 'Something went wrong in this page.')}</p>
    ${problem.hint ? html`<p class="how">${prose(problem.hint)}</p>` : ''}
    ${problem.requestID ? html`<p class="id">Request <code>${problem.requestID}</code></p>` : ''}</div>
  ${buttons ? html`<div class="buttons">${buttons}</div>` : ''}
</div>`

/** The face of a view that could not load. */
export const problemFace = (problem) => {
  if (problem.status === 403) {
    return html`<div class="card empty">${icons.key}<h2>You may not see this</h2><p>${prose(problem.detail)} ${prose(problem.hint)}</p></div>`
  }
  if (problem.status === 404) {
    return html`<div class="card empty">${icons.search}<h2>Not found</h2><p>${prose(problem.detail)} ${prose(problem.hint)}</p>
      <div class="buttons"><a class="button" href="/projects">Go to projects</a></div></div>`
  }
  return problemNotice(problem, html`<button type="button" class="button small" data-action="again">Try again</button>`)
}

/** Shows a refusal in `form`: at its fields where they are named, above the buttons otherwise. */
export const refuse = (form, problem) => {
  if (!('status' in problem)) console.error(problem)
  clear(form)
  const fields = problem.fields ?? []
  const areMarked = fields.filter(({ name, problem: text }) => mark(form, name, text)).length === fields.length && fields.length > 0
  // What a marked field says already is not said twice.
  const told = areMarked ? { detail: problem.hint ?? 'Please look at the marked field.', requestID: problem.requestID } : problem
  const notice = element(html`<div class="refusal">${problemNotice(told)}</div>`)
  const place = form.querySelector('.refusal-place') ?? form.querySelector('.dialog-foot, [type=submit]')?.closest('.dialog-foot, .buttons, form > *')
  if (place) place.before(notice)
  else form.append(notice)
  form.querySelector('[aria-invalid=true]')?.focus()
}

// MARK: - Private

const clear = (form) => {
  form.querySelectorAll('.refusal, .wrong').forEach((each) => each.remove())
  form.querySelectorAll('[aria-invalid]').forEach((each) => each.removeAttribute('aria-invalid'))
}

const isComplete = (form) => {
  const wrong = [...form.elements].filter((each) => each.willValidate && !each.checkValidity())
  wrong.forEach((each) => mark(form, each.name, each.validity.valueMissing ? 'is needed' : each.validationMessage))
  wrong[0]?.focus()
  return wrong.length === 0
}

const mark = (form, name, text) => {
  const holder = [...form.querySelectorAll('[data-field]')].find((each) => each.dataset.field === name)
  const input = holder?.querySelector('input, select, textarea')
  if (!input) return false
  input.setAttribute('aria-invalid', 'true')
  input.closest('details')?.setAttribute('open', '')
  const label = holder.querySelector('label')?.firstChild?.textContent?.trim() ?? name
  holder.append(element(html`<p class="wrong" role="alert">${label} ${text}${/[.!?]$/.test(text) ? '' : '.'}</p>`))
  return true
}

const peek = (button) => {
  if (!button) return
  const input = button.parentElement.querySelector('input')
  const isShown = input.type === 'password'
  input.type = isShown ? 'text' : 'password'
  button.setAttribute('aria-pressed', String(isShown))
}
