// A bar that fills: of a disk, of a machine, of an upload.
import { html } from './html.js'

/** `share` from 0 to 1; `warns` colours it when it gets full. */
export const meter = (share, { label, warns = false } = {}) => {
  const known = Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0
  const tone = !warns || known < 0.8 ? '' : known < 0.92 ? 'busy' : 'bad'
  return html`<span class="meter ${tone}" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(known * 100)}"><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${(known * 100).toFixed(2)}" height="4"/></svg></span>`
}
