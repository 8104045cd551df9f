import type { Scenario } from '../contest/scenario.ts'
import { measures, networkWorkload } from '../workloads/network-workload.ts'
import { COLUMNS_100 } from '../workloads/networks.ts'

const SCENARIO: Scenario = {
  name: 'columns-100',
  question:
    'What does it cost to enforce a signature of 100 double columns, each number with all digits of a double?',
  wire: 'json',
  workload: (folder) => networkWorkload(folder, COLUMNS_100, measures),
  p99LimitMs: 20,
}

export default SCENARIO
