import { annotationsOf, type Component, labelsOf, metadataOf, selectorOf } from './labels.ts'
import type { Deployment } from './objects.ts'
import { podOf } from './pod.ts'
import { serverContainer } from './server-container.ts'
import type { ServerWorkload } from './workload.ts'

export const SERVER: Component = 'model-server'

/** Above `--grace-period`, in which the server leaves the balancers and answers what it has: no preStop is needed. */
const GRACE_SECONDS = 30

/** The pods that serve a model. Where something scales them, it alone says how many there are. */
export function deployment(workload: ServerWorkload): Deployment {
  const { leastReplicas, mostReplicas } = workload
  const annotations = annotationsOf(workload)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(workload, SERVER),
    spec: {
      ...(mostReplicas > leastReplicas ? {} : { replicas: leastReplicas }),
      revisionHistoryLimit: 5,
      selector: { matchLabels: { ...selectorOf(workload, SERVER) } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: { ...labelsOf(workload, SERVER) },
          ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
        },
        spec: {
          ...podOf(workload, SERVER),
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [serverContainer(workload)],
        },
      },
    },
  }
}
