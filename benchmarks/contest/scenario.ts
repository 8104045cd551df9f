import type { Wire, Workload } from '../workloads/workload.ts'

/** One question, asked of all peers alike. The default export of each file in `scenarios/`. */
export interface Scenario {
  /** That of its file. */
  readonly name: string
  /** One sentence, for the report. */
  readonly question: string
  readonly wire: Wire
  /** Writes the model below `folder`, and works out what it answers. */
  workload(folder: string): Promise<Workload>
  /** Whether servers are also loaded with half of what they can do, and with half of what others can. */
  readonly halfLoad?: true
  /** Largest rate is looked for with 99 of 100 requests answered within this. */
  readonly p99LimitMs: number
}
