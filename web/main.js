// Where the page begins: the session, the addresses, the keys.
import { api } from './api.js'
import { store } from './store.js'
import { navigate, resolve, route, startRouter, turn } from './router.js'
import { html, render } from './lib/html.js'
import { isTyping } from './lib/dom.js'
import { problemFace, problemNotice } from './lib/form.js'
import './components/toast-list/toast-list.js'
import './components/app-shell/app-shell.js'
import { showKeys } from './components/keys-dialog/keys-dialog.js'
import { nextTheme } from './components/theme-switch/theme-switch.js'
import { acceptDrops } from './components/drop-target/drop-target.js'
import { openUpload } from './components/upload-dialog/upload-dialog.js'

const projects = () => import('./views/projects.js')
const project = () => import('./views/project.js')
const system = () => import('./views/system.js')
const account = () => import('./views/account.js')
const people = () => import('./views/users.js')
const audit = () => import('./views/audit.js')

route('/', projects, { goesTo: '/projects' })
route('/setup', () => import('./views/setup.js'), { isPublic: true })
route('/sign-in', () => import('./views/sign-in.js'), { isPublic: true })
route('/projects', projects)
route('/projects/:name/:tab?/:item?', project, { group: ({ name }) => `project ${name}` })
route('/system', system)
route('/account', account)
route('/tokens', account)
route('/users', people, { forAdmins: true })
route('/audit', audit, { forAdmins: true })

const root = document.querySelector('#root')
let group = null
let mounted = null

const show = async ({ isBack = false, scroll = 0 } = {}) => {
  const found = resolve(location.pathname)
  if (found?.options.goesTo) return navigate(found.options.goesTo, { replace: true })
  if (!store.user && !found?.options.isPublic) return leave()
  if (store.user && found?.options.isPublic) return navigate('/projects', { replace: true })
  document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close())
  const query = new URLSearchParams(location.search)
  // The same project with another tab stays as it is and is told.
  const name = found?.options.group?.(found.params) ?? null
  if (name && name === group && mounted?.change) {
    mounted.change({ params: found.params, query })
    return frame()?.update()
  }
  group = name
  mounted = null
  const signal = turn()
  const outlet = place(found)
  render(outlet, html``)
  try {
    if (!found) throw { status: 404, detail: 'There is no such page.', hint: 'The address may have a slip in it.' }
    if (found.options.forAdmins && !store.isAdmin()) throw { status: 403, detail: 'This page is for administrators.', hint: 'Ask one of them for the role admin.' }
    const view = await found.load()
    if (signal.aborted) return
    mounted = view.mount(outlet, { params: found.params, query, signal }) ?? null
  } catch (problem) {
    if (signal.aborted) return
    fail(outlet, problem)
  }
  frame()?.update()
  if (isBack) requestAnimationFrame(() => window.scrollTo(0, scroll))
  else window.scrollTo(0, 0)
  if (frame() && !outlet.contains(document.activeElement)) outlet.focus({ preventScroll: true })
}

const frame = () => root.querySelector('app-shell')

const place = (found) => {
  if (found?.options.isPublic) {
    render(root, html`<main id="main" data-key="door" class="door" data-own></main>`)
    return root.querySelector('main')
  }
  render(root, html`<app-shell data-key="shell"></app-shell>`)
  return frame().outlet
}

const fail = (outlet, problem) => {
  if (!('status' in problem)) console.error(problem)
  document.title = 'NodePilot'
  render(outlet, html`<div class="page">${problemFace('status' in problem ? problem : { detail: 'This page could not be loaded.', hint: 'Load it again; the server may have been upgraded meanwhile.' })}</div>`)
  outlet.addEventListener('click', (event) => { if (event.target.closest('[data-action=again]')) location.reload() }, { once: true })
}

const leave = async () => {
  const { needed } = await api.get('/api/setup')
  if (needed) return navigate(`/setup${location.search}`, { replace: true })
  const here = location.pathname + location.search
  navigate(here === '/' || here === '/projects' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`, { replace: true })
}

/** Called by the sign-in and set-up pages. */
document.addEventListener('signed-in', (event) => {
  store.start(event.detail.user)
  navigate(event.detail.next ?? '/projects', { replace: true })
})

document.addEventListener('signed-out', () => {
  store.stop()
  group = mounted = null
  show()
})

api.whenSignedOut(() => document.dispatchEvent(new CustomEvent('signed-out')))

// MARK: - Keys

const GOES = { p: '/projects', s: '/system', a: '/account', u: '/users', l: '/audit' }
let isGoing = 0

const KEYS = {
  '/': () => document.querySelector('main [type=search]')?.focus(),
  '?': showKeys,
  t: nextTheme,
  n: () => store.mayCreate() && openUpload(),
  g: () => { isGoing = Date.now() },
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return
  if (isTyping(event.target)) {
    if (event.key !== 'Escape') return
    // The first Esc empties a search, in every browser with its event; the next leaves it.
    if (event.target.type !== 'search' || !event.target.value) return event.target.blur()
    event.preventDefault()
    event.target.value = ''
    return event.target.dispatchEvent(new Event('input', { bubbles: true }))
  }
  if (!store.user) return
  const isSecond = Date.now() - isGoing < 1200
  isGoing = 0
  if (isSecond && GOES[event.key]) { event.preventDefault(); return navigate(GOES[event.key]) }
  if (KEYS[event.key]) { event.preventDefault(); return KEYS[event.key]() }
  if (mounted?.key?.(event)) event.preventDefault()
})

// MARK: - Begin

const begin = async () => {
  try {
    const user = await api.restore()
    if (user) store.start(user)
    startRouter(show)
    acceptDrops()
    await show()
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 500))
    idle(() => [projects, project, system, account].forEach((load) => load().catch(() => {
      // Only a head start: the page itself asks again and tells.
    })))
  } catch (problem) {
    if (!('status' in problem)) console.error(problem)
    render(root, html`<main class="door"><div class="door-card">${problemNotice(problem, html`<button type="button" class="button small" id="again">Try again</button>`)}</div></main>`)
    root.querySelector('#again').onclick = () => location.reload()
  }
}

begin()
