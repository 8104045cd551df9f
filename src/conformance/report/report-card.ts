import type { GroupName, Level } from '../conformance-case.ts'
import type { ModelUnderTest, ServerUnderTest } from '../subject.ts'
import type { Outcome } from '../verdict.ts'

/** What came of one case. */
export interface CaseResult {
  readonly id: string
  readonly group: GroupName
  readonly level: Level
  readonly title: string
  /** Document and section. */
  readonly clause: string
  readonly outcome: Outcome
  /** Why it is not a pass. */
  readonly reason?: string
  /** Of a failure: the last request, and what came back. */
  readonly sent?: string
  readonly received?: string
  readonly milliseconds: number
}

/** What came of a run, as `--json` prints it. */
export interface ReportCard {
  /** Without credentials. */
  readonly url: string
  readonly grpc: string | undefined
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** Version of Headrace, whose cases these are. */
  readonly kitVersion: string
  readonly server: ServerUnderTest | undefined
  readonly modelName: string
  readonly model: ModelUnderTest | undefined
  readonly results: readonly CaseResult[]
  /** The case after which the server did not answer any more. */
  readonly diedAfter: string | undefined
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Skipped, not applicable or not run. */
  readonly others: number
}

export function tallyOf(results: readonly CaseResult[]): Tally {
  const passed = results.filter(({ outcome }) => outcome === 'pass').length
  const failed = results.filter(({ outcome }) => outcome === 'fail').length
  return { passed, failed, others: results.length - passed - failed }
}

/** Whether the server does all that it must; strictly, all that it should and all that it announces too. */
export function isConformant({ results, diedAfter }: ReportCard, strict: boolean): boolean {
  const failed = results.filter(({ outcome }) => outcome === 'fail')
  return diedAfter === undefined && !failed.some(({ level }) => strict || level === 'must')
}
