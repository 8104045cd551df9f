import { autoscaler, REQUESTS_METRIC } from './autoscaler.ts'
import { deployment, SERVER } from './deployment.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { serverPolicy } from './network-policy.ts'
import type { Manifest } from './objects.ts'
import { service, serviceAccount } from './service.ts'
import { serviceMonitor } from './service-monitor.ts'
import { memoryOf } from './sizing.ts'
import type { ServerWorkload } from './workload.ts'

/** Objects that a cluster may lack the parts for, or have its own of. */
export const OPTIONAL_OBJECTS = ['autoscaler', 'service-monitor', 'network-policy'] as const

export type OptionalObject = (typeof OPTIONAL_OBJECTS)[number]

/** All that a cluster needs in order to serve a model, in the order in which it is to be made. */
export function serverManifests(
  workload: ServerWorkload,
  without: readonly OptionalObject[] = [],
): readonly Manifest[] {
  const optional = (name: OptionalObject, manifest: () => Manifest) =>
    without.includes(name) ? [] : [manifest()]
  const plan = without.includes('autoscaler')
    ? { ...workload, mostReplicas: workload.leastReplicas }
    : workload
  return [
    { file: 'service-account.yaml', object: serviceAccount(plan, SERVER) },
    { file: 'deployment.yaml', comment: memoryOf(plan).reason, object: deployment(plan) },
    { file: 'service.yaml', object: service(plan) },
    { file: 'pod-disruption-budget.yaml', object: disruptionBudget(plan) },
    ...(plan.mostReplicas > plan.leastReplicas ? [scaling(plan)] : []),
    ...optional('network-policy', () => ({
      file: 'network-policy.yaml',
      object: serverPolicy(plan, SERVER),
    })),
    ...optional('service-monitor', () => ({
      file: 'service-monitor.yaml',
      comment: 'Needs the Prometheus Operator.',
      object: serviceMonitor(plan),
    })),
  ]
}

function scaling(workload: ServerWorkload): Manifest {
  const comment =
    workload.scaleOn === 'cpu'
      ? 'Needs the metrics server.'
      : `${REQUESTS_METRIC} is a metric of Headrace's that prometheus-adapter gives to the cluster (deploy/kubernetes/prometheus-adapter.yaml).`
  return { file: 'autoscaler.yaml', comment, object: autoscaler(workload) }
}
