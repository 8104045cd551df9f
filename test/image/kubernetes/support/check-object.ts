import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { messageOf } from '../../../../src/core/errors.ts'

const KINDS = [
  ...[Deployment, HorizontalPodAutoscaler, Job, NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount],
  ServiceMonitor,
]

/**
 * What is wrong with an object by the schemas of Kubernetes and of the Prometheus Operator: values of a wrong kind, and
 * fields that there are not, as `kubectl apply --validate=strict` tells them.
 */
export function problemsOf(object: object): readonly string[] {
  const { apiVersion, kind } = object as { readonly apiVersion?: string; readonly kind?: string }
  const model = KINDS.find((known) => known.apiVersion === apiVersion && known.kind === kind)
  if (model === undefined) return [`There is no schema of ${apiVersion} ${kind}`]
  const unread = new Set<string>()
  const errors: string[] = []
  try {
    // Of the object itself: the constructor would read all of it.
    Reflect.apply(model.prototype.validate, watched(object, '', unread), [])
  } catch (error) {
    errors.push(messageOf(error))
  }
  return [...errors, ...[...unread].map((path) => `${path} is no field`)]
}

/**
 * The same object, which notes what nobody asks it for: a compiled schema asks for each field that it knows, and goes over
 * all keys of what is a map.
 */
function watched(value: object, path: string, unread: Set<string>): object {
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unread.add(`${path}/${key}`)
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`)
      const held: unknown = Reflect.get(target, key)
      return typeof held === 'object' && held !== null
        ? watched(held, `${path}/${String(key)}`, unread)
        : held
    },
    ownKeys(target) {
      for (const key of Object.keys(target)) unread.delete(`${path}/${key}`)
      return Reflect.ownKeys(target)
    },
  })
}
