import type { GroupName } from '../../../src/conformance/conformance-case.ts'
import type { ReportCard } from '../../../src/conformance/report/report-card.ts'
import { type ConformanceOptions, runConformance } from '../../../src/conformance/run-conformance.ts'

/** A run with what is usual for a server of the tests. */
export function conformanceRun(url: string, options: Partial<ConformanceOptions> = {}): Promise<ReportCard> {
  return runConformance({
    url,
    grpc: undefined,
    headers: {},
    modelName: undefined,
    modelVersion: undefined,
    sample: undefined,
    groups: [],
    without: [],
    // A model is loaded in a process of its own, which takes its time on a busy machine.
    timeoutMs: 100_000,
    mayControl: true,
    kitVersion: 'test',
    ...options,
  })
}

export function failuresOf({ results }: ReportCard): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ id, reason, received }) => `${id}: ${reason} [${received?.slice(0, 300)}]`)
}

export function idsOf({ results }: ReportCard, outcome: string): readonly string[] {
  return results.filter((result) => result.outcome === outcome).map(({ id }) => id)
}

/** `rest.…`: what needs no gRPC. */
export const REST_GROUPS: readonly GroupName[] = [
  ...([
    'health',
    'metadata',
    'infer',
    'shapes',
    'datatypes',
    'outputs',
    'parameters',
    'ids',
    'errors',
  ] as const),
  ...(['binary', 'raw', 'classification', 'compression', 'statistics', 'repository', 'after'] as const),
]
