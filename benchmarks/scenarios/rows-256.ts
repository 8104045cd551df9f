import type { Scenario } from '../contest/scenario.ts'
import { treesWorkload } from '../workloads/trees-workload.ts'

const SCENARIO: Scenario = {
  name: 'rows-256',
  question:
    'What do many rows in one request cost: 256 different rows of 30 double columns, with all their digits, through 120 boosted trees?',
  wire: 'json',
  workload: (folder) => treesWorkload(folder, 256),
  p99LimitMs: 100,
}

export default SCENARIO
