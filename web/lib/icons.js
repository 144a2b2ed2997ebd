// Drawn on a grid of 16, strokes of 1.5.
import { html } from './html.js'

const icon = (paths) => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`

export const icons = {
  projects: icon(html`<path d="M8 1.8 14 5 8 8.2 2 5Z"/><path d="m2 8 6 3.2L14 8"/><path d="m2 11 6 3.2 6-3.2"/>`),
  system: icon(html`<path d="M1.5 8.5h3L6.3 3l3.2 10 1.9-4.5h3.1"/>`),
  users: icon(html`<circle cx="6" cy="5.2" r="2.7"/><path d="M1.2 13.6c.3-2.6 2.2-4 4.8-4s4.5 1.4 4.8 4"/><path d="M10.6 2.700a2.7 2.7 0 0 1 0 5M12.6 10.200c1.3.6 2.1 1.8 2.3 3.4"/>`),
  audit: icon(html`<path d="M3.5 1.800h6.200l2.8 2.800v9.600h-9Z"/><path d="M5.8 7h4.400M5.8 10h4.4"/>`),
  account: icon(html`<circle cx="8" cy="5.4" r="3"/><path d="M2.4 14.200c.4-3 2.6-4.6 5.6-4.600s5.2 1.6 5.6 4.6"/>`),
  search: icon(html`<circle cx="7" cy="7" r="4.6"/><path d="m10.5 10.5 3.7 3.7"/>`),
  plus: icon(html`<path d="M8 3v10M3 8h10"/>`),
  more: icon(html`<path d="M3 8h.01M8 8h.01M13 8h.01" stroke-width="2.2"/>`),
  external: icon(html`<path d="M6.5 3.500H3v9.500h9.500V9.5"/><path d="M9.5 2.500h4v4M13.2 2.8 7.5 8.5"/>`),
  copy: icon(html`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.200V2.500h-8v8h.8"/>`),
  check: icon(html`<path d="m3 8.5 3.3 3.300L13 4.8"/>`),
  cross: icon(html`<path d="m4 4 8 8M12 4l-8 8"/>`),
  minus: icon(html`<path d="M4 8h8"/>`),
  chevron: icon(html`<path d="m6 3.5 4.5 4.500L6 12.5"/>`),
  back: icon(html`<path d="M10 3.5 5.5 8l4.5 4.5"/>`),
  upload: icon(html`<path d="M8 10.500v-8M4.8 5.5 8 2.300l3.2 3.2"/><path d="M2.5 10.500v3h11v-3"/>`),
  download: icon(html`<path d="M8 2.300v8M4.8 7.2 8 10.400l3.2-3.2"/><path d="M2.5 10.500v3h11v-3"/>`),
  play: icon(html`<path d="M4.5 2.800v10.400L13 8Z"/>`),
  pause: icon(html`<path d="M5 3v10M11 3v10" stroke-width="2"/>`),
  stop: icon(html`<rect x="3.5" y="3.5" width="9" height="9" rx="1"/>`),
  restart: icon(html`<path d="M13.3 8A5.3 5.3 0 1 1 11.6 4.100L13.5 6"/><path d="M13.5 2.300V6H9.8"/>`),
  rollback: icon(html`<path d="M2.7 8a5.3 5.3 0 1 0 1.7-3.900L2.5 6"/><path d="M2.5 2.300V6h3.7"/>`),
  eye: icon(html`<path d="M1.3 8S3.7 3.5 8 3.5 14.7 8 14.7 8 12.3 12.5 8 12.5 1.3 8 1.3 8Z"/><circle cx="8" cy="8" r="2"/>`),
  hide: icon(html`<path d="M3.2 4.700C1.9 6.2 1.3 8 1.3 8S3.7 12.5 8 12.500c1.2 0 2.3-.3 3.2-.8M6.3 3.700C6.8 3.6 7.4 3.5 8 3.500c4.3 0 6.7 4.5 6.7 4.500s-.5 1-1.5 2.100M2 2l12 12"/>`),
  edit: icon(html`<path d="M10.7 2.8 13.2 5.3 5.5 13H3v-2.500Z"/>`),
  trash: icon(html`<path d="M2.5 4.200h11M6 4V2.200h4V4M4 4.200l.7 9.600h6.600l.7-9.6"/>`),
  sun: icon(html`<circle cx="8" cy="8" r="3"/><path d="M8 1v1.200M8 13.800V15M1 8h1.200M13.8 8H15M3.1 3.100l.8.8M12.1 12.100l.8.8M3.1 12.900l.8-.8M12.1 3.900l.8-.8"/>`),
  moon: icon(html`<path d="M13.5 9.800A6 6 0 0 1 6.2 2.500a6 6 0 1 0 7.3 7.300Z"/>`),
  auto: icon(html`<circle cx="8" cy="8" r="5.8"/><path d="M8 2.200a5.8 5.8 0 0 1 0 11.600Z" fill="currentColor"/>`),
  warning: icon(html`<path d="M8 2 14.8 13.800H1.200Z"/><path d="M8 6.500v3.200M8 11.700v.01"/>`),
  keyboard: icon(html`<rect x="1.3" y="3.5" width="13.4" height="9" rx="1.5"/><path d="M4 6.500h.01M7 6.500h.01M10 6.500h.01M12.5 6.500h.01M5 9.800h6"/>`),
  leave: icon(html`<path d="M6.5 2.500h-4v11h4M10.5 4.8 13.7 8l-3.2 3.200M13.5 8H6"/>`),
  box: icon(html`<path d="M8 1.6 14 4.800v6.400L8 14.4 2 11.200V4.800Z"/><path d="M2.2 4.9 8 8l5.8-3.100M8 8v6.2"/>`),
  key: icon(html`<circle cx="5" cy="11" r="2.9"/><path d="m7.2 8.8 6-6M11 5l2 2"/>`),
  bottom: icon(html`<path d="M8 2.500v8M4.6 7.3 8 10.700l3.4-3.400M3 13.700h10"/>`),
  clock: icon(html`<circle cx="8" cy="8" r="6"/><path d="M8 4.500V8l2.3 1.5"/>`),
}

/** The mark: a heading arrow with a node in it. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true"><rect width="32" height="32" rx="7" class="mark-ground"/><path d="M16 6.5 24.5 25 16 20.8 7.5 25Z" class="mark-arrow"/><circle cx="16" cy="15.6" r="1.9" class="mark-ground"/></svg>`
