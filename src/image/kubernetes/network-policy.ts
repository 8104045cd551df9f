import { type Component, metadataOf, selectorOf } from './labels.ts'
import type { NetworkPolicy } from './objects.ts'
import { GRPC, HTTP } from './server-container.ts'
import type { ModelRegistry, ServerWorkload, Workload } from './workload.ts'

type Spec = NonNullable<NetworkPolicy['spec']>
type EgressRule = NonNullable<Spec['egress']>[number]
type Peer = NonNullable<EgressRule['to']>[number]

/** Who may ask a server, and that it asks nobody but a name server and the registry that its model is in. */
export function serverPolicy(workload: ServerWorkload, component: Component): NetworkPolicy {
  const ports = [HTTP, ...(workload.grpcPort === undefined ? [] : [GRPC])]
  const from: Peer[] = [{ podSelector: {} }, ...workload.allowedNamespaces.map(inNamespace)]
  return policy(workload, component, [{ from, ports: ports.map((port) => ({ protocol: 'TCP', port })) }])
}

/** Nobody has to ask a batch job anything. */
export function batchPolicy(workload: Workload, component: Component): NetworkPolicy {
  return policy(workload, component, [])
}

function policy(
  workload: Workload,
  component: Component,
  ingress: NonNullable<Spec['ingress']>,
): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(workload, component),
    spec: {
      podSelector: { matchLabels: { ...selectorOf(workload, component) } },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress: [NAME_SERVERS, ...registryRules(workload.registry)],
    },
  }
}

/** By their namespace: kustomize adds the labels of an overlay to the pods that a policy names, those of others too. */
const NAME_SERVERS: EgressRule = {
  to: [inNamespace('kube-system')],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

/** By its port alone: the address of a name is not known here. */
function registryRules(registry: ModelRegistry | undefined): EgressRule[] {
  if (registry === undefined) return []
  const { protocol, port } = new URL(registry.trackingUri)
  return [{ ports: [{ protocol: 'TCP', port: Number(port) || (protocol === 'http:' ? 80 : 443) }] }]
}

/** By the label that every namespace has. */
function inNamespace(name: string): Peer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }
}
