import type { Scenario } from '../contest/scenario.ts'
import { measures, networkWorkload } from '../workloads/network-workload.ts'
import { COLUMNS_4 } from '../workloads/networks.ts'

const SCENARIO: Scenario = {
  name: 'columns-4',
  question: 'What does a signature of 4 double columns cost, each number with all digits of a double?',
  wire: 'json',
  workload: (folder) => networkWorkload(folder, COLUMNS_4, measures),
  p99LimitMs: 20,
}

export default SCENARIO
