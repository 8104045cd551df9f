import type { Assertion } from '../../../bench/assertions.ts'
import type { BenchOutcome } from '../../../bench/bench-outcome.ts'
import type { BenchSettings } from '../../bench-settings.ts'

export async function writeResults(
  outcome: BenchOutcome,
  _settings: BenchSettings,
  _assertions: readonly Assertion[],
) {
  for (const target of outcome.targets)
    for (const m of [...target.before, ...target.measurements])
      console.log(
        m.target,
        m.load.kind,
        m.answered / m.seconds,
        m.latencyMs,
        m.failures,
        m.failureExamples,
        m.server,
        m.valid,
        m.faults,
        m.stagesMs,
        target.target.found,
      )
  console.log(outcome.notes)
}
