import type { Scenario } from '../contest/scenario.ts'
import { networkWorkload, pixels } from '../workloads/network-workload.ts'
import { MLP } from '../workloads/networks.ts'

const SCENARIO: Scenario = {
  name: 'mlp',
  question:
    'What do 784 numbers as JSON cost, with a network (784-512-512-10) that takes about as long as reading them?',
  wire: 'json',
  workload: (folder) => networkWorkload(folder, MLP, pixels),
  p99LimitMs: 20,
}

export default SCENARIO
