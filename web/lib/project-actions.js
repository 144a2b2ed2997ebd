// Start, stop, restart and deploy, as the list and the project's own page offer them.
import { api } from '../api.js'
import { store } from '../store.js'
import { confirmed } from '../components/confirm-dialog/confirm-dialog.js'
import { toast, toastProblem } from '../components/toast-list/toast-list.js'
import { openUpload } from '../components/upload-dialog/upload-dialog.js'

const DOING = { start: 'starting', stop: 'stopping', restart: 'starting' }
const DONE = { start: 'runs.', stop: 'is stopped.', restart: 'was restarted.' }

/** Shows at once what will be, and takes it back where it was refused. */
export const act = async (name, verb) => {
  const project = store.project(name)
  if (!project) return
  const before = project.status
  store.put({ ...project, status: DOING[verb] })
  try {
    const now = await api.post(`/api/project/${encodeURIComponent(name)}/${verb}`)
    store.put(now)
    if (now.status !== 'error') toast(`${name} ${DONE[verb]}`)
  } catch (problem) {
    store.put({ ...store.project(name), status: before })
    toastProblem(problem)
  }
}

export const projectActions = {
  start: (button) => act(button.dataset.name, 'start'),
  restart: (button) => act(button.dataset.name, 'restart'),
  deploy: (button) => openUpload({ project: button.dataset.name }),
  stop: async ({ dataset: { name } }) => {
    const isSure = await confirmed({
      title: `Stop ${name}?`, text: 'Visitors get an error page until it is started again. Nothing is deleted.',
      verb: 'Stop', isDangerous: true,
    })
    if (isSure) act(name, 'stop')
  },
}
