import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IProbe } from 'kubernetes-models/v1/Probe'
import type { IService } from 'kubernetes-models/v1/Service'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'

/** Kubernetes' own types, in one place: their fields are checked when Headrace is compiled. */
export type {
  IContainer as Container,
  IDeployment as Deployment,
  IEnvVar as EnvironmentVariable,
  IHorizontalPodAutoscaler as HorizontalPodAutoscaler,
  IJob as Job,
  INetworkPolicy as NetworkPolicy,
  IPodDisruptionBudget as PodDisruptionBudget,
  IPodSpec as PodSpec,
  IProbe as Probe,
  IService as Service,
  IServiceAccount as ServiceAccount,
  IServiceMonitor as ServiceMonitor,
}

/** What is given to a cluster to keep. */
export type KubernetesObject =
  | IDeployment
  | IHorizontalPodAutoscaler
  | IJob
  | INetworkPolicy
  | IPodDisruptionBudget
  | IService
  | IServiceAccount
  | IServiceMonitor

/** One object, in a file of its own or in a stream of documents. */
export interface Manifest {
  /** Name of its file: `deployment.yaml`. */
  readonly file: string
  /** For whoever reads the text; may have several lines. */
  readonly comment?: string
  readonly object: KubernetesObject
}
