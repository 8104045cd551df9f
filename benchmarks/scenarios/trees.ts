import type { Scenario } from '../contest/scenario.ts'
import { treesWorkload } from '../workloads/trees-workload.ts'

const SCENARIO: Scenario = {
  name: 'trees',
  question:
    'How fast are small decisions: 120 boosted trees on one row of 30 double columns, each number with all digits of a double?',
  wire: 'json',
  workload: (folder) => treesWorkload(folder, 1),
  p99LimitMs: 20,
}

export default SCENARIO
