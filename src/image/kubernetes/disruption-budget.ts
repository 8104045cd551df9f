import { SERVER } from './deployment.ts'
import { metadataOf, selectorOf } from './labels.ts'
import type { PodDisruptionBudget } from './objects.ts'
import type { ServerWorkload } from './workload.ts'

/** A node that is emptied takes one pod at a time; one that is not ready anyway does not hold it up. */
export function disruptionBudget(workload: ServerWorkload): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(workload, SERVER),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { ...selectorOf(workload, SERVER) } },
    },
  }
}
