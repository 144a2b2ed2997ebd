// What a project is doing, in one word: its status, unless a deployment is under way.

export const isOpen = (deployment) => deployment?.status === 'queued' || deployment?.status === 'running'

export const stateOf = (project) =>
  (isOpen(project.last_deployment) && project.status !== 'stopping' ? 'deploying' : project.status)

/** The state of a deployment as a mark. */
export const markOf = (deployment) => (deployment.status === 'running' ? 'active' : deployment.status)

/** What the steps are called. */
export const STEPS = {
  upload: 'Upload', unpack: 'Unpack', detect: 'Detect', install: 'Install', build: 'Build', start: 'Start',
  healthy: 'Healthy', live: 'Live',
}

export const stepsOf = (deployment) => Object.keys(STEPS).filter((name) => deployment.kind === 'deploy'
  || deployment.steps.some((step) => step.name === name) || ['start', 'healthy', 'live'].includes(name))

export const currentStep = (deployment) => deployment.steps.findLast((step) => step.status === 'running') ?? deployment.steps.at(-1)

/** From its beginning to its end, or to now; milliseconds. */
export const lengthOf = (deployment) =>
  (deployment.finished_at ? new Date(deployment.finished_at) : new Date()) - new Date(deployment.deployed_at)
