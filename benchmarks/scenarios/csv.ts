import type { Scenario } from '../contest/scenario.ts'
import { treesWorkload } from '../workloads/trees-workload.ts'

const SCENARIO: Scenario = {
  name: 'csv',
  question:
    'What does CSV cost: 32 different rows of 30 double columns, with all their digits, through 120 boosted trees?',
  wire: 'csv',
  workload: (folder) => treesWorkload(folder, 32),
  p99LimitMs: 50,
}

export default SCENARIO
