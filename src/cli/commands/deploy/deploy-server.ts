import { serverManifests } from '../../../image/kubernetes/server-manifests.ts'
import type { DeploySettings } from '../../deploy-settings.ts'
import { usageError } from '../../usage-error.ts'
import { workloadOf } from './workload-of.ts'
import { writeManifests } from './write-manifests.ts'

/** Of a label of DNS, as which other pods know the Service. */
const NAME = { ending: '', longest: 63 }
const REPLICAS_AT_MOST = 4

/** `headrace deploy kubernetes`. */
export async function deployServer(settings: DeploySettings): Promise<void> {
  const { replicas, maxReplicas = REPLICAS_AT_MOST * replicas } = settings
  if (maxReplicas < replicas) {
    throw usageError(`--max-replicas ${maxReplicas} is less than --replicas ${replicas}`)
  }
  const { scaleOn, grpcPort, apiKeySecret, controlTokenSecret, allowedNamespaces, without } = settings
  const workload = {
    ...(await workloadOf(settings, NAME)),
    leastReplicas: replicas,
    mostReplicas: maxReplicas,
    ...{ scaleOn, grpcPort, apiKeySecret, controlTokenSecret, allowedNamespaces },
  }
  await writeManifests(serverManifests(workload, without), settings.outputPath)
}
