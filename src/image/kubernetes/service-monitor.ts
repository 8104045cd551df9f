import { SERVER } from './deployment.ts'
import { metadataOf, selectorOf } from './labels.ts'
import type { ServiceMonitor } from './objects.ts'
import { HTTP } from './server-container.ts'
import type { ServerWorkload } from './workload.ts'

/** Tells a Prometheus Operator to scrape each pod. */
export function serviceMonitor(workload: ServerWorkload): ServiceMonitor {
  const { apiKeySecret: name } = workload
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: metadataOf(workload, SERVER),
    spec: {
      selector: { matchLabels: { ...selectorOf(workload, SERVER) } },
      endpoints: [
        {
          port: HTTP,
          path: '/metrics',
          interval: '15s',
          ...(name === undefined
            ? {}
            : { authorization: { type: 'Bearer', credentials: { name, key: 'metrics-key' } } }),
        },
      ],
    },
  }
}
