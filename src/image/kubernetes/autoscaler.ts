import { SERVER } from './deployment.ts'
import { metadataOf } from './labels.ts'
import type { HorizontalPodAutoscaler } from './objects.ts'
import type { ServerWorkload } from './workload.ts'

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number]

/** As `deploy/kubernetes/prometheus-adapter.yaml` gives it to the cluster. */
export const REQUESTS_METRIC = 'headrace_concurrent_requests'

/** Of the threads of a pod, those that work on the average. */
const BUSY_SHARE = 0.8
const BUSY_CPU_PERCENT = 70

/** More pods within seconds, fewer after five quiet minutes. */
export function autoscaler(workload: ServerWorkload): HorizontalPodAutoscaler {
  const { name, leastReplicas, mostReplicas } = workload
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(workload, SERVER),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: leastReplicas,
      maxReplicas: mostReplicas,
      metrics: [metricOf(workload)],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 30 },
            { type: 'Pods', value: 2, periodSeconds: 30 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }],
        },
      },
    },
  }
}

/**
 * Requests in a pod at a time: the seconds that its requests took, by the second (Little's law). It grows evenly with
 * the load up to the threads that a pod has, and beyond them with what waits.
 */
function metricOf({ scaleOn, cores }: ServerWorkload): Metric {
  if (scaleOn === 'cpu') {
    const target = { type: 'Utilization', averageUtilization: BUSY_CPU_PERCENT }
    return { type: 'Resource', resource: { name: 'cpu', target } }
  }
  const threads = Math.max(1, Math.floor(cores))
  const averageValue = `${Math.round(threads * BUSY_SHARE * 1000)}m`
  return {
    type: 'Pods',
    pods: { metric: { name: REQUESTS_METRIC }, target: { type: 'AverageValue', averageValue } },
  }
}
