// What the page knows now: the person, the projects, and their live figures. Views read it and listen to it.
import { api } from './api.js'
import { follow } from './stream.js'

const HISTORY = 60

const target = new EventTarget()
let streaming = null
let hasBeenLive = false

export const store = {
  user: null,
  /** By name; null until the first list has come. */
  projects: null,
  problem: null,
  info: null,
  /** The machine's newest figures, and the last few of each kind. */
  system: null,
  usage: new Map(),
  /** `connecting`, `live` or `lost` */
  connection: 'connecting',
  on, emit, start, stop, load, project, put, seedUsage, isAdmin, mayChange, mayCreate,
}

function on(types, listener, signal) {
  for (const type of types.split(' ')) target.addEventListener(type, (event) => listener(event.detail), { signal })
}

function emit(type, detail) { target.dispatchEvent(new CustomEvent(type, { detail })) }

function start(user) {
  store.user = user
  streaming = new AbortController()
  hasBeenLive = false
  follow('/api/events', { signal: streaming.signal, on: { event: receive, state: connected } })
  load()
  api.get('/api/system/metrics?range=hour').then(({ current }) => { store.system ??= current; emit('info') }, () => {
    // The stream brings the same within seconds.
  })
  api.get('/api/system/info').then((info) => { store.info = info; emit('info', info) }, () => {
    // Only details hang on it; the system page asks again and tells.
  })
}

function stop() {
  streaming?.abort()
  Object.assign(store, { user: null, projects: null, problem: null, system: null, info: null, connection: 'connecting' })
  store.usage.clear()
}

async function load() {
  try {
    const { projects } = await api.get('/api/project/list')
    store.projects = new Map(projects.map((each) => [each.name, each]))
    store.problem = null
  } catch (problem) {
    store.problem = problem
  }
  emit('projects')
}

function project(name) { return store.projects?.get(name) ?? null }

function put(each) {
  store.projects ??= new Map()
  store.projects.set(each.name, each)
  emit('projects')
}

function isAdmin() { return store.user?.role === 'admin' }

function mayCreate() { return isAdmin() || store.user?.role === 'user' }

function mayChange(each) { return isAdmin() || (store.user?.role === 'user' && each?.owner === store.user.username) }

/** The last hour of a project as its first sparkline, once. */
async function seedUsage(each) {
  const usage = usageOf(each.id)
  if (usage.isSeeded) return
  usage.isSeeded = true
  try {
    const { points } = await api.get(`/api/project/${each.name}/metrics?range=hour`)
    const step = Math.max(1, Math.floor(points.length / HISTORY))
    const thin = points.filter((_, index) => (points.length - 1 - index) % step === 0)
    usage.cpu = [...thin.map((point) => point.cpu_percent), ...usage.cpu].slice(-HISTORY)
    usage.memory = [...thin.map((point) => point.memory_bytes), ...usage.memory].slice(-HISTORY)
    emit('metrics')
  } catch {
    usage.isSeeded = false // the line begins with the live figures instead, and the next visit tries again
  }
}

// MARK: - Private

function usageOf(id) {
  if (!store.usage.has(id)) store.usage.set(id, { cpu: [], memory: [], isSeeded: false })
  return store.usage.get(id)
}

function connected(state, error) {
  if (state === 'refused') { store.problem ??= error; state = 'lost' }
  store.connection = state
  emit('connection', state)
  // Whatever happened between two connections was not told.
  if (state === 'live' && hasBeenLive) receive('resync', {})
  hasBeenLive ||= state === 'live'
}

const RECEIVERS = {
  project: put,
  project_deleted: ({ name }) => { store.projects?.delete(name); emit('projects'); emit('project_deleted', { name }) },
  deployment: (deployment) => {
    const each = project(deployment.project_name)
    if (each && (each.last_deployment?.id ?? 0) <= deployment.id) each.last_deployment = deployment
    emit('deployment', deployment)
    emit('projects')
  },
  deployment_log: (line) => emit('deployment_log', line),
  metrics: (sample) => {
    store.system = sample.system
    for (const { project_id: id, cpu_percent: cpu, memory_bytes: memory } of sample.projects) {
      const usage = usageOf(id)
      usage.cpu = [...usage.cpu, cpu].slice(-HISTORY)
      usage.memory = [...usage.memory, memory].slice(-HISTORY)
      for (const each of store.projects?.values() ?? []) {
        if (each.id === id) Object.assign(each, { cpu_percent: cpu, memory_bytes: memory })
      }
    }
    emit('metrics', sample)
  },
  resync: () => { load(); emit('resync') },
}

function receive(type, data) { RECEIVERS[type]?.(data) }
