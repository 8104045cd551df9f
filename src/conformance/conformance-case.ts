import type { Clause } from './specification.ts'
import type { TestBench } from './test-bench.ts'

/**
 * What a failure of a case means. must: the specification says so. should: the specification leaves it open, and
 * clients rely on it. extension: nobody need have it, but who announces or accepts it has it right.
 */
export const LEVELS = ['must', 'should', 'extension'] as const

export type Level = (typeof LEVELS)[number]

/** In the order in which they run and are shown. */
export const GROUPS = [
  'health',
  'metadata',
  'infer',
  'shapes',
  'datatypes',
  'outputs',
  'parameters',
  'ids',
  'errors',
  'binary',
  'raw',
  'classification',
  'compression',
  'statistics',
  'repository',
  'grpc',
  'grpc-errors',
  'stream',
  'grpc-services',
  'after',
] as const

export type GroupName = (typeof GROUPS)[number]

/** One thing that a server has to do. */
export interface ConformanceCase {
  /** `rest.infer.id-echo`: never changes, so that reports of different days can be compared. */
  readonly id: string
  readonly group: GroupName
  readonly level: Level
  /** What must hold, as a sentence. */
  readonly title: string
  readonly clause: Clause
  /** Resolves where it holds; throws a Verdict where it does not, or where nothing can be said. */
  run(bench: TestBench): Promise<void>
}
