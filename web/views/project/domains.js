import { api } from '../../api.js'
import { actions } from '../../lib/dom.js'
import { html, render, safeLink } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { problemFace, whenSubmitted } from '../../lib/form.js'
import { store } from '../../store.js'
import { confirmed } from '../../components/confirm-dialog/confirm-dialog.js'
import { toast } from '../../components/toast-list/toast-list.js'
import '../../components/copy-button/copy-button.js'

export const mount = (root, { name, signal }) => {
  const path = `/api/project/${encodeURIComponent(name)}/domains`
  const view = { domains: null, open: null }
  const may = () => store.mayChange(store.project(name))
  const draw = () => { if (!signal.aborted) render(root.querySelector('.domain-list'), list(view, may())) }
  const load = async () => {
    try {
      view.domains = (await api.get(path, { signal })).domains
      draw()
    } catch (problem) {
      if (problem.name !== 'AbortError') render(root.querySelector('.domain-list'), problemFace(problem))
    }
  }
  render(root, html`<div class="stack">
    <section class="card"><header><h2>Domains</h2></header><div class="domain-list"></div></section>
    ${may() ? html`<section class="card"><header><h2>Add a domain</h2></header><form class="body inline-form"><div class="field" data-field="host"><label for="domain-host">Host name</label><input class="input" id="domain-host" name="host" required placeholder="shop.example.com" autocomplete="off" autocapitalize="none" spellcheck="false" inputmode="url"><p class="help">Then set the DNS record that is shown beside it, where the domain was bought.</p></div><button type="submit" class="button primary">Add</button></form></section>` : ''}
  </div>`)
  draw()
  load()
  actions(root, {
    again: load,
    record: ({ value }) => { view.open = view.open === value ? null : value; draw() },
    remove: async ({ value }) => {
      const isDone = await confirmed({ title: `Remove ${value}?`, text: `${name} no longer answers there. Its other addresses stay.`, verb: 'Remove', work: () => api.delete(`${path}/${encodeURIComponent(value)}`) })
      if (isDone) { toast(`${value} was removed.`); load() }
    },
  }, signal)
  const form = root.querySelector('form')
  if (form) {
    whenSubmitted(form, async ({ host }) => {
      const domain = await api.post(path, { host: host.trim().replace(/^https?:\/\//, '').replace(/\/.*$/, '') })
      view.domains = [...view.domains ?? [], domain]
      view.open = domain.host
      form.reset()
      toast(`${domain.host} was added. Its DNS record is still to be set.`)
      draw()
    }, signal)
  }
  store.on('info', draw, signal)
}

// MARK: - Private

const list = ({ domains, open }, may) => {
  if (!domains) return [1, 2].map(() => html`<div class="domain-row"><span class="skeleton line"></span></div>`).reduce((a, b) => html`${a}${b}`)
  return html`${domains.map((each) => html`<div class="domain" data-key="${each.host}"><div class="domain-row">
      <a class="link ellipsis" href="${safeLink(each.address)}" target="_blank" rel="noopener">${each.host}${icons.external}</a>
      <span class="muted small">${each.is_default ? 'given by NodePilot' : html`added <relative-time at="${each.created_at}"></relative-time>`}</span>
      <span class="buttons"><copy-button label="Copy ${each.address}" text="${each.address}"></copy-button>${each.is_default ? '' : html`<button type="button" class="button small" data-action="record" value="${each.host}" aria-expanded="${String(open === each.host)}">DNS record</button>`}${may && !each.is_default ? html`<button type="button" class="button quiet square small" data-action="remove" value="${each.host}" aria-label="Remove ${each.host}">${icons.trash}</button>` : ''}</span></div>
    ${open === each.host ? record(each.host) : ''}</div>`)}`
}

const IPV4 = /(?:^|\.)(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?=\.(?:sslip|nip)\.io$|$)/

/** The server's address as far as this page can know it, and its own name otherwise. */
const record = (host) => {
  const domain = store.info?.domain ?? location.hostname
  const ip = IPV4.exec(domain)?.slice(1, 5).join('.') ?? IPV4.exec(location.hostname)?.slice(1, 5).join('.')
  const isApex = host.split('.').length === 2
  // What only this machine knows is nothing to point a record at.
  const isLocal = !domain.includes('.') || domain.endsWith('.localhost')
  const [type, value] = ip ? ['A', ip] : isApex || isLocal ? ['A', ''] : ['CNAME', `${domain}.`]
  return html`<div class="record"><dl class="facts"><dt>Type</dt><dd><code>${type}</code></dd><dt>Name</dt><dd><code>${host}</code> <copy-button label="Copy the name" text="${host}"></copy-button></dd>
    <dt>Value</dt><dd>${value ? html`<code>${value}</code> <copy-button label="Copy the value" text="${value}"></copy-button>` : html`this server’s public IPv4 address`}</dd></dl>
    <p class="muted small">${type === 'CNAME' ? 'The name then follows this server wherever it moves.' : isApex ? 'A domain without a subdomain needs an A record; add an AAAA record when the server has an IPv6 address.' : 'Add an AAAA record when the server has an IPv6 address.'} A new record is seen everywhere within minutes, a changed one within its time to live.</p></div>`
}
