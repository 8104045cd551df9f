import { SERVER } from './deployment.ts'
import { type Component, metadataOf, selectorOf } from './labels.ts'
import type { Service, ServiceAccount } from './objects.ts'
import { GRPC, HTTP } from './server-container.ts'
import type { ServerWorkload, Workload } from './workload.ts'

/** One address of all pods that are ready. A connection stays with its pod: clients of gRPC keep one for long. */
export function service(workload: ServerWorkload): Service {
  const { grpcPort } = workload
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(workload, SERVER),
    spec: {
      selector: { ...selectorOf(workload, SERVER) },
      ports: [
        { name: HTTP, port: 80, targetPort: HTTP, appProtocol: 'http' },
        ...(grpcPort === undefined
          ? []
          : [{ name: GRPC, port: grpcPort, targetPort: GRPC, appProtocol: 'kubernetes.io/h2c' }]),
      ],
    },
  }
}

/** Pods of their own identity, without a token: Headrace asks nothing of the cluster. */
export function serviceAccount(workload: Workload, component: Component): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(workload, component),
    automountServiceAccountToken: false,
  }
}
