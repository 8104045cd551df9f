import { IMAGE_PORT } from '../image-config-of.ts'
import type { Container, EnvironmentVariable, Probe } from './objects.ts'
import {
  bufferVariables,
  containerOf,
  registryVariables,
  scratchVariables,
  secretVariable,
  variable,
} from './pod.ts'
import type { ServerWorkload } from './workload.ts'

/** Names of the ports, by which Services and probes find them. */
export const HTTP = 'http'
export const GRPC = 'grpc'

/** The container that serves the model. */
export function serverContainer(workload: ServerWorkload): Container {
  const { grpcPort } = workload
  return {
    name: 'headrace',
    image: workload.image,
    args: ['serve'],
    env: environmentOf(workload),
    ports: [
      { name: HTTP, containerPort: IMAGE_PORT },
      ...(grpcPort === undefined ? [] : [{ name: GRPC, containerPort: grpcPort }]),
    ],
    startupProbe: STARTUP,
    readinessProbe: READINESS,
    livenessProbe: LIVENESS,
    ...containerOf(workload),
  }
}

function environmentOf(workload: ServerWorkload): EnvironmentVariable[] {
  const { grpcPort, apiKeySecret, controlTokenSecret } = workload
  return [
    ...registryVariables(workload.registry),
    variable('MLFLOW_HOST', '0.0.0.0'),
    variable('MLFLOW_PORT', String(IMAGE_PORT)),
    ...(grpcPort === undefined ? [] : [variable('HEADRACE_GRPC_PORT', String(grpcPort))]),
    ...bufferVariables(),
    ...scratchVariables(),
    ...(apiKeySecret === undefined ? [] : [secretVariable('HEADRACE_API_KEY', apiKeySecret, 'api-keys')]),
    ...(controlTokenSecret === undefined
      ? []
      : [secretVariable('HEADRACE_CONTROL_TOKEN', controlTokenSecret, 'control-token')]),
  ]
}

/** Five minutes, for a model that has to be fetched and compiled first. */
const STARTUP: Probe = {
  httpGet: { path: '/ready', port: HTTP },
  periodSeconds: 2,
  timeoutSeconds: 5,
  failureThreshold: 150,
}

/** Believed at once: from SIGTERM on it says 503, and the server waits until somebody was told (docs/processes.md). */
const READINESS: Probe = {
  httpGet: { path: '/ready', port: HTTP },
  periodSeconds: 2,
  timeoutSeconds: 5,
  failureThreshold: 1,
}

/** A minute: the server itself ends sooner where a run never returns. */
const LIVENESS: Probe = {
  httpGet: { path: '/health', port: HTTP },
  periodSeconds: 10,
  timeoutSeconds: 5,
  failureThreshold: 6,
}
