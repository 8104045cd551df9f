import { IMAGE_USER_ID } from '../image-config-of.ts'
import { type Component, selectorOf } from './labels.ts'
import type { Container, EnvironmentVariable, PodSpec } from './objects.ts'
import { BUFFER_BYTES, coresText, mebibytes, memoryOf } from './sizing.ts'
import type { ModelRegistry, Workload } from './workload.ts'

/** The one folder that a container may write to. */
const SCRATCH_FOLDER = '/tmp'
/** Downloads and compiled models are kept there once more. */
const SCRATCH_BYTES = 256 * 1024 * 1024

/** Text that Kubernetes is not to look for variables in (API reference, Container `args`: `$$` is a `$`). */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}

export function variable(name: string, value: string): EnvironmentVariable {
  return { name, value: literal(value) }
}

export function secretVariable(name: string, secret: string, key: string): EnvironmentVariable {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } }
}

/** Where a model that is not in the image comes from. */
export function registryVariables(registry: ModelRegistry | undefined): EnvironmentVariable[] {
  if (registry === undefined) return []
  return [
    variable('HEADRACE_MODEL_URI', registry.modelUri),
    variable('MLFLOW_TRACKING_URI', registry.trackingUri),
  ]
}

/** What all containers of Headrace have: no rights, nothing to write to but a scratch folder, a fixed size. */
export function containerOf(workload: Workload): Omit<Container, 'name' | 'image'> {
  const secret = workload.registry?.secret
  return {
    ...(secret === undefined ? {} : { envFrom: [{ secretRef: { name: secret } }] }),
    resources: resourcesOf(workload),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'scratch', mountPath: SCRATCH_FOLDER }],
  }
}

export function scratchVariables(): EnvironmentVariable[] {
  return [variable('HEADRACE_CACHE_DIR', `${SCRATCH_FOLDER}/headrace`)]
}

export function bufferVariables(): EnvironmentVariable[] {
  return [variable('HEADRACE_MAX_BUFFERED_SIZE', `${BUFFER_BYTES / 1024 / 1024}m`)]
}

/** Limits are what is asked for: threads follow the limit of the CPU, so that more would only be throttled. */
function resourcesOf(workload: Workload): NonNullable<Container['resources']> {
  const size = { cpu: coresText(workload.cores), memory: mebibytes(memoryOf(workload).bytes) }
  return { requests: { ...size }, limits: { ...size } }
}

/** What all pods of Headrace have. */
export function podOf(workload: Workload, component: Component): Omit<PodSpec, 'containers'> {
  return {
    serviceAccountName: workload.name,
    automountServiceAccountToken: false,
    // A Service called `mlflow` would set MLFLOW_PORT to something like tcp://10.0.0.1:5000.
    enableServiceLinks: false,
    // The first process of its namespace cannot kill itself, as Headrace does where a run never returns: here that is another.
    shareProcessNamespace: true,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: IMAGE_USER_ID,
      runAsGroup: IMAGE_USER_ID,
      fsGroup: IMAGE_USER_ID,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
      (topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { ...selectorOf(workload, component) } },
      }),
    ),
    volumes: [{ name: 'scratch', emptyDir: { sizeLimit: scratchSize(workload) } }],
  }
}

function scratchSize({ modelBytes }: Workload): string {
  return mebibytes(SCRATCH_BYTES + 2 * modelBytes)
}
