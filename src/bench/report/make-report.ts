import type { BenchOutcome, TargetOutcome } from '../bench-outcome.ts'
import { compareMeasurements } from '../compare/compare-measurements.ts'
import type { ComparedSide } from '../compare/compared-side.ts'
import type { Measurement } from '../measurement.ts'
import type { BenchReport, LoadComparisons, ReportContext, TargetReport } from './bench-report.ts'
import { mergeRounds } from './merge-rounds.ts'
import { percentileCurve } from './percentile-curve.ts'
import { warningsOf } from './warnings.ts'

/** Puts together what reports are made of. */
export async function makeReport(outcome: BenchOutcome, context: ReportContext): Promise<BenchReport> {
  const targets = await Promise.all(outcome.targets.map(targetReport))
  const { stopped, notes } = outcome
  const warnings = warningsOf(targets, stopped)
  return { ...context, stopped, notes, warnings, targets, comparisons: comparisonsOf(outcome.targets) }
}

async function targetReport(target: TargetOutcome): Promise<TargetReport> {
  const groups = Object.values(Object.groupBy(target.before, ({ load }) => loadKey(load)))
  const merged = await Promise.all(groups.flatMap((group) => (group === undefined ? [] : mergeRounds(group))))
  const chief = target.measurements.length === 0 ? undefined : await mergeRounds(target.measurements)
  return {
    ...target,
    merged,
    chief,
    curve: chief === undefined ? [] : await percentileCurve(chief.histogram),
  }
}

/** Loads that all targets had are compared; what was stopped in its first round is not. */
function comparisonsOf(targets: readonly TargetOutcome[]): readonly LoadComparisons[] {
  if (targets.length < 2) return []
  const [first] = targets
  const before = [...new Set(first?.before.filter(isClosedBySeveral).map(({ load }) => loadKey(load)))]
  const sides = [
    ...before.map((key) => targets.map((target) => sideOf(target, roundsLike(target, key)))),
    targets.map((target) => sideOf(target, target.measurements, target.max)),
  ]
  return sides.flatMap((each) => loadComparisons(each))
}

function loadComparisons(sides: readonly ComparedSide[]): readonly LoadComparisons[] {
  const load = sides[0]?.rounds[0]?.load
  if (load === undefined || sides.some(({ rounds }) => rounds.length === 0)) return []
  return [{ load, comparisons: compareMeasurements(sides) }]
}

function sideOf(
  { target }: TargetOutcome,
  rounds: readonly Measurement[],
  found?: TargetOutcome['max'],
): ComparedSide {
  return { name: target.name, rounds, found }
}

function roundsLike({ before }: TargetOutcome, key: string): readonly Measurement[] {
  return before.filter(({ load }) => loadKey(load) === key)
}

function isClosedBySeveral({ load }: Measurement): boolean {
  return load.kind === 'closed' && load.connections > 1
}

/** Rounds of one load differ in their seeds alone. */
function loadKey(load: Measurement['load']): string {
  return JSON.stringify({ ...load, seed: 0 })
}
