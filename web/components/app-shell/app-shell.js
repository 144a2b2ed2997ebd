// The frame of all signed-in pages: where one can go, how the machine is, who one is.
import { Component, define } from '../../lib/component.js'
import { eachFrame } from '../../lib/dom.js'
import { bytes, percent } from '../../lib/format.js'
import { html, render } from '../../lib/html.js'
import { icons, mark } from '../../lib/icons.js'
import { meter } from '../../lib/meter.js'
import { stateOf } from '../../lib/states.js'
import { store } from '../../store.js'
import '../state-mark/state-mark.js'
import '../theme-switch/theme-switch.js'
import { showKeys } from '../keys-dialog/keys-dialog.js'

const PLACES = [
  ['/projects', 'Projects', icons.projects],
  ['/system', 'System', icons.system],
  ['/users', 'Users', icons.users, true],
  ['/audit', 'Audit', icons.audit, true],
  ['/account', 'Account', icons.account],
]

class AppShell extends Component {
  connected(signal) {
    render(this, html`<a class="skip" href="#main">Skip to the content</a>
      <header class="topbar"><a class="wordmark" href="/projects">${mark}<span>NodePilot</span></a><theme-switch></theme-switch></header>
      <aside class="sidebar" data-own></aside>
      <div class="offline" role="status" data-own></div>
      <main id="main" tabindex="-1" data-own></main>`)
    const update = eachFrame(() => { if (this.isConnected) this.update() })
    store.on('projects metrics connection info', update, signal)
    this.addEventListener('click', (event) => {
      if (event.target.closest('[data-action=keys]')) showKeys()
      if (event.target.closest('.skip')) { event.preventDefault(); this.outlet.focus() }
    }, { signal })
  }

  get outlet() { return this.querySelector('main') }

  update() {
    const path = location.pathname
    render(this.querySelector('.sidebar'), html`
      <a class="wordmark" href="/projects">${mark}<span>NodePilot</span></a>
      <nav aria-label="Main">${PLACES.filter(([, , , forAdmins]) => !forAdmins || store.isAdmin()).map(([place, word, icon]) => html`
        <a href="${place}" class="${place === '/account' ? 'narrow-only' : ''}" ${isIn(path, place) ? html`aria-current="page"` : ''}>${icon}<span>${word}</span></a>`)}
      </nav>
      ${projectLinks(path)}
      ${machine()}
      <div class="person"><a href="/account" ${path === '/account' || path === '/tokens' ? html`aria-current="page"` : ''}>${icons.account}<span class="ellipsis">${store.user?.username}</span></a>
        <button type="button" class="button quiet square small" data-action="keys" aria-label="Keys" title="Keys (?)">${icons.keyboard}</button><theme-switch></theme-switch></div>`)
    const offline = this.querySelector('.offline')
    const isLost = store.connection === 'lost'
    offline.classList.toggle('shown', isLost)
    render(offline, isLost ? html`${icons.warning}<span>The live connection is lost; the figures stand still. Connecting again…</span>` : html``)
  }
}

// MARK: - Private

const isIn = (path, place) => path === place || path.startsWith(`${place}/`) || (place === '/account' && path === '/tokens')

const projectLinks = (path) => {
  const projects = [...(store.projects?.values() ?? [])].sort((a, b) => a.name.localeCompare(b.name))
  const open = /^\/projects\/([^/]+)/.exec(path)?.[1]
  return html`<nav class="quick" aria-label="Projects">${projects.map((each) => html`
    <a href="/projects/${each.name}" data-key="${each.name}" ${open === each.name ? html`aria-current="true"` : ''}><state-mark quiet state="${stateOf(each)}"></state-mark><span class="ellipsis">${each.name}</span></a>`)}</nav>`
}

const machine = () => {
  const now = store.system
  const line = (word, share, text) => html`<div><span>${word}</span><span>${text}</span>${meter(share, { label: word, warns: true })}</div>`
  return html`<a class="machine" href="/system" aria-label="The machine">
    ${line('CPU', now ? now.cpu_percent / 100 : NaN, now ? percent(now.cpu_percent) : '–')}
    ${line('Memory', now ? now.memory_used_bytes / now.memory_total_bytes : NaN, now ? bytes(now.memory_used_bytes) : '–')}
    ${line('Disk', now ? now.disk_used_bytes / now.disk_total_bytes : NaN, now ? bytes(now.disk_used_bytes) : '–')}
  </a>`
}

define('app-shell', AppShell)
