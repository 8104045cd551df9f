import type { Scenario } from '../contest/scenario.ts'
import { centimetres, networkWorkload } from '../workloads/network-workload.ts'
import { TINY } from '../workloads/networks.ts'

const SCENARIO: Scenario = {
  name: 'tiny',
  question: 'What does a request cost beside the model: 4 numbers of a float32 tensor, a softmax of 3?',
  wire: 'json',
  workload: (folder) => networkWorkload(folder, TINY, centimetres),
  p99LimitMs: 20,
  halfLoad: true,
}

export default SCENARIO
