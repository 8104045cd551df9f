import type { Scenario } from '../contest/scenario.ts'
import { networkWorkload, pixels } from '../workloads/network-workload.ts'
import { RESNET_18 } from '../workloads/networks.ts'

const SCENARIO: Scenario = {
  name: 'image-binary',
  question:
    'How close to the engine is an image (3x224x224 numbers, a network of the shape of ResNet-18) as a binary tensor?',
  wire: 'binary',
  workload: (folder) => networkWorkload(folder, RESNET_18, pixels),
  p99LimitMs: 500,
}

export default SCENARIO
