import { hideUserInfo } from '../../client/server-url.ts'
import { labelValue } from './names.ts'
import type { Workload } from './workload.ts'

type Texts = Readonly<Record<string, string>>

/** What a workload's pods do: a job beside a server of the same name gets none of its requests. */
export type Component = 'model-server' | 'batch-prediction'

/** What tells a workload's pods from all others. It cannot be changed once a Deployment is there. */
export function selectorOf({ name }: Workload, component: Component): Texts {
  return {
    'app.kubernetes.io/name': 'headrace',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': component,
  }
}

/** Kubernetes' recommended labels (documentation, "Recommended Labels"); the version is that of the model. */
export function labelsOf(workload: Workload, component: Component): Texts {
  const version = labelValue(workload.model?.version ?? '')
  return {
    ...selectorOf(workload, component),
    ...(version === '' ? {} : { 'app.kubernetes.io/version': version }),
  }
}

/** Of which model it is, by the names of the labels that its image has. */
export function annotationsOf({ model }: Workload): Texts {
  if (model === undefined) return {}
  return {
    'headrace.model.name': model.name,
    ...given('headrace.model.uri', model.uri === undefined ? undefined : hideUserInfo(model.uri)),
    ...given('headrace.model.version', model.version),
    ...given('headrace.model.run_id', model.runId),
    ...given('headrace.model.digest', model.digest),
  }
}

/** Of an object as a whole. */
export function metadataOf(workload: Workload, component: Component) {
  const annotations = annotationsOf(workload)
  return {
    name: workload.name,
    ...given('namespace', workload.namespace),
    labels: labelsOf(workload, component),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
}

function given(name: string, value: string | undefined): Texts {
  return value === undefined ? {} : { [name]: value }
}
