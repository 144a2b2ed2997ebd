import { api } from '../../api.js'
import { plain } from '../../lib/ansi.js'
import { copy, delegate, actions, download } from '../../lib/dom.js'
import { count, plural } from '../../lib/format.js'
import { html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'
import { problemFace } from '../../lib/form.js'
import { follow } from '../../stream.js'
import { store } from '../../store.js'
import { toast, toastProblem } from '../../components/toast-list/toast-list.js'
import '../../components/copy-button/copy-button.js'
import '../../components/log-view/log-view.js'

const PAGE = 5000
const MOST = 200_000
const STREAMS = [['', 'All'], ['stdout', 'stdout'], ['stderr', 'stderr'], ['nodepilot', 'NodePilot']]

export const mount = (root, { name, signal }) => {
  const page = new LogPage(root, name, signal)
  page.begin()
  return { key: (event) => page.key(event) }
}

// MARK: - Private

class LogPage {
  /** All that was loaded, oldest first. */
  #lines = []
  /** What filter and search leave of it; the same list when there is neither. */
  #shown = this.#lines
  #search = ''
  #stream = ''
  #isPaused = false
  #held = []
  #hasOlder = true
  #isLoading = false
  #state = 'connecting'
  /** What the server found in the whole log, while it is shown. */
  #found = null

  constructor(root, name, signal) {
    Object.assign(this, { root, name, signal, path: `/api/project/${encodeURIComponent(name)}/logs` })
  }

  async begin() {
    render(this.root, html`<section class="card log-page"><div class="log-tools"></div><log-view instances label="Log of ${this.name}"></log-view><footer class="log-foot small"></footer></section>`)
    this.view = this.root.querySelector('log-view')
    this.view.onFollow = () => this.#tell()
    this.view.onBeginning = () => this.#loadOlder()
    this.#tools()
    this.#listen()
    this.#isLoading = true
    this.#tell()
    try {
      const { lines } = await api.get(`${this.path}?lines=${PAGE}`, { signal: this.signal })
      this.#lines = lines
      this.#hasOlder = lines.length === PAGE
      this.#isLoading = false
      this.#filter()
      this.#goLive()
    } catch (problem) {
      if (problem.name !== 'AbortError') render(this.root, problemFace(problem))
    }
  }

  key(event) {
    if (event.key === ' ' && !/^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) { this.#pause(!this.#isPaused); return true }
    if (event.key === 'End') { this.#toEnd(); return true }
    return false
  }

  #listen() {
    const search = (_, input) => {
      const needle = input.value.trim().toLowerCase()
      if (needle === this.#search) return
      this.#search = needle
      this.#found = null
      this.#filter()
    }
    delegate(this.root, 'input', '[type=search]', search, this.signal)
    delegate(this.root, 'search', '[type=search]', search, this.signal)
    delegate(this.root, 'keydown', '[type=search]', (event) => { if (event.key === 'Enter' && this.#search) this.#searchAll() }, this.signal)
    actions(this.root, {
      stream: (button) => { this.#stream = button.value; this.#found = null; this.#tools(); this.#filter() },
      pause: () => this.#pause(!this.#isPaused),
      end: () => this.#toEnd(),
      copy: () => this.#copy(),
      download: (button) => this.#download(button),
      search: () => this.#searchAll(),
      back: () => { this.#found = null; this.#filter() },
      clear: () => { this.#search = ''; this.#stream = ''; this.#found = null; this.root.querySelector('[type=search]').value = ''; this.#tools(); this.#filter() },
    }, this.signal)
    store.on('projects', () => this.#tell(), this.signal)
  }

  #goLive() {
    const last = this.#lines.at(-1)?.seq ?? 0
    let fresh = []
    let isAsked = false
    // Many lines a second are one change a frame.
    const flush = () => { isAsked = false; const now = fresh; fresh = []; this.#take(now) }
    follow(`${this.path}/stream?after=${last}`, {
      signal: this.signal,
      on: {
        event: (type, line) => {
          if (type !== 'log') return
          fresh.push(line)
          if (!isAsked) { isAsked = true; (document.hidden ? (work) => setTimeout(work, 500) : requestAnimationFrame)(flush) }
        },
        state: (state) => { this.#state = state; this.#tell() },
      },
    })
  }

  #take(lines) {
    const last = (this.#held.at(-1) ?? this.#lines.at(-1))?.seq ?? 0
    const fresh = lines.filter((line) => line.seq > last)
    if (this.#isPaused) { this.#held.push(...fresh); this.#tell(); return }
    const isWhole = this.#shown === this.#lines
    for (const line of fresh) this.#lines.push(line)
    const dropped = Math.max(0, this.#lines.length - MOST)
    if (dropped) this.#lines.splice(0, dropped)
    if (isWhole) {
      this.view.grown(this.#lines, fresh, dropped)
    } else if (!this.#found) {
      const matching = fresh.filter((line) => this.#matches(line))
      for (const line of matching) this.#shown.push(line)
      this.view.grown(this.#shown, matching)
    }
    this.#tell()
  }

  async #loadOlder() {
    if (this.#isLoading || !this.#hasOlder || this.#found || !this.#lines.length || this.#lines.length >= MOST) return
    this.#isLoading = true
    this.#tell()
    try {
      const { lines } = await api.get(`${this.path}?lines=${PAGE}&before=${this.#lines[0].seq}`, { signal: this.signal })
      this.#hasOlder = lines.length === PAGE
      this.#lines = [...lines, ...this.#lines]
      this.#isLoading = false
      this.#filter({ keeps: true })
    } catch (problem) {
      this.#isLoading = false
      toastProblem(problem)
    }
  }

  #matches(line) {
    return (!this.#stream || line.stream === this.#stream) && (!this.#search || line.text.toLowerCase().includes(this.#search))
  }

  #filter({ keeps = false } = {}) {
    const source = this.#found ?? this.#lines
    this.#shown = this.#search || this.#stream ? source.filter((line) => this.#matches(line)) : source
    this.view.needle = this.#search
    this.view.setLines(this.#shown, { keeps })
    this.#tell()
  }

  async #searchAll() {
    const query = new URLSearchParams({ lines: PAGE, ...(this.#search && { search: this.#search }), ...(this.#stream && { stream: this.#stream }) })
    try {
      const { lines } = await api.get(`${this.path}?${query}`, { signal: this.signal })
      this.#found = lines
      this.#filter()
    } catch (problem) {
      toastProblem(problem)
    }
  }

  #pause(isPaused) {
    this.#isPaused = isPaused
    if (!isPaused) { const held = this.#held; this.#held = []; this.#take(held) }
    this.#tools()
    this.#tell()
  }

  #toEnd() {
    if (this.#isPaused) this.#pause(false)
    this.view.follow()
  }

  async #copy() {
    const isDone = await copy(text(this.#shown))
    toast(isDone ? `${plural(this.#shown.length, 'line')} copied.` : 'This browser does not let the page copy.', { tone: isDone ? 'good' : 'bad', hint: isDone ? '' : 'Download the log instead.' })
  }

  /** The whole log, not only what was loaded. */
  async #download(button) {
    button.setAttribute('aria-busy', 'true')
    try {
      let lines = [...this.#lines, ...this.#held]
      for (let more = this.#hasOlder; more && lines.length < MOST;) {
        const page = await api.get(`${this.path}?lines=${PAGE}&before=${lines[0].seq}`, { signal: this.signal })
        lines = [...page.lines, ...lines]
        more = page.lines.length === PAGE
      }
      download(`${this.name}.log`, text(lines))
    } catch (problem) {
      toastProblem(problem)
    } finally {
      button.removeAttribute('aria-busy')
    }
  }

  #tools() {
    render(this.root.querySelector('.log-tools'), html`
      <div class="search">${icons.search}<input class="input" type="search" aria-label="Search the log" placeholder="Search" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></div>
      <div class="segments" role="group" aria-label="Stream">${STREAMS.map(([value, word]) => html`<button type="button" data-action="stream" value="${value}" aria-pressed="${String(this.#stream === value)}">${word}</button>`)}</div>
      <div class="buttons"><button type="button" class="button" data-action="pause" aria-pressed="${String(this.#isPaused)}">${this.#isPaused ? html`${icons.play}Go on` : html`${icons.pause}Pause`}</button>
        <button type="button" class="button square" data-action="copy" aria-label="Copy the lines" title="Copy the lines">${icons.copy}</button>
        <button type="button" class="button square" data-action="download" aria-label="Download the whole log" title="Download the whole log">${icons.download}</button></div>`)
  }

  #tell() {
    const foot = this.root.querySelector('.log-foot')
    if (!foot || this.signal.aborted) return
    const isFiltered = Boolean(this.#search || this.#stream)
    const project = store.project(this.name)
    const live = this.#isPaused ? html`<span class="busy-text">Paused${this.#held.length ? `, ${plural(this.#held.length, 'new line')}` : ''}</span>`
      : this.#state === 'live' ? html`<state-mark state="running" word="Live"></state-mark>`
        : this.#state === 'lost' ? html`<span class="busy-text">Connection lost, trying again…</span>` : html`<span class="muted">Connecting…</span>`
    const amount = this.#found ? `${count(this.#shown.length)} found in the whole log`
      : isFiltered ? `${count(this.#shown.length)} of ${plural(this.#lines.length, 'line')}` : plural(this.#lines.length, 'line')
    const older = this.#isLoading ? 'loading…' : this.#found ? '' : this.#hasOlder ? 'older ones load as you scroll up' : this.#lines.length ? 'that is the whole log' : ''
    const nothing = !this.#isLoading && !this.#shown.length
    render(foot, html`${live}<span class="muted">${amount}</span><span class="muted wide-only">${older}</span>
      <span class="buttons">${isFiltered && this.#hasOlder && !this.#found ? html`<button type="button" class="button small" data-key="all" data-action="search">Search the whole log</button>` : ''}
        ${isFiltered ? html`<button type="button" class="button small quiet" data-key="clear" data-action="clear">Clear</button>` : ''}
        ${this.view.isFollowing || !this.#shown.length ? '' : html`<button type="button" class="button small" data-key="end" data-action="end">${icons.bottom}Newest</button>`}</span>
      ${nothing ? html`<span class="log-empty" data-key="empty">${isFiltered ? 'No line matches.' : project?.kind === 'static' ? 'Static files have no process, so nothing writes a log.' : 'Nothing has been written yet. New lines appear here by themselves.'}</span>` : ''}`)
  }
}

const text = (lines) => lines.map((line) => `${line.at} ${line.instance} ${line.stream} ${plain(line.text)}`).join('\n') + '\n'
