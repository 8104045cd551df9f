import { invalidParameter } from '../../core/errors.ts'
import type { Measurement } from '../measurement.ts'
import type { FoundMax } from '../search/found-max.ts'
import type { ComparedSide } from './compared-side.ts'
import type { ComparedFigure, Comparison, FigureName } from './comparison.ts'
import { comparisonVerdict } from './comparison-verdict.ts'
import { ratioInterval } from './ratio-interval.ts'

const COMPARISON_CONFIDENCE = 0.95

interface Figure {
  readonly name: FigureName
  readonly higherIsBetter: boolean
  readonly read: (measurement: Measurement) => number | undefined
}

const RATE: Figure = {
  name: 'rate',
  higherIsBetter: true,
  read: ({ answered, seconds }) => (seconds > 0 ? answered / seconds : undefined),
}

const COSTS: readonly Figure[] = [
  { name: 'p50', higherIsBetter: false, read: ({ latencyMs }) => latencyMs.p50 },
  { name: 'p99', higherIsBetter: false, read: ({ latencyMs }) => latencyMs.p99 },
  { name: 'mean', higherIsBetter: false, read: ({ latencyMs }) => latencyMs.mean },
  { name: 'cpu-per-request', higherIsBetter: false, read: ({ server }) => server?.cpuMsPerRequest },
  { name: 'memory', higherIsBetter: false, read: ({ server }) => server?.memory },
]

/**
 * Compares each side with the first one: ratios of its figures with their intervals (`ratioInterval`), and a verdict. It is
 * about the rate where the server decides it (a closed loop, a search); at a rate that is given, about the median latency.
 * @throws ServingError INVALID_PARAMETER_VALUE for fewer than two sides, a side without rounds, or loads of two kinds
 */
export function compareMeasurements(sides: readonly ComparedSide[]): readonly Comparison[] {
  const [baseline, ...others] = sides
  if (baseline === undefined || others.length === 0)
    throw invalidParameter('A comparison needs at least two targets')
  check(sides)
  return others.map((other) => compareTwo(baseline, other))
}

function compareTwo(baseline: ComparedSide, other: ComparedSide): Comparison {
  const figures = figuresOf(baseline, other)
  const [first] = figures
  const better = first === undefined ? 'neither' : betterOf(first)
  return {
    ...{ baseline: baseline.name, other: other.name, confidence: COMPARISON_CONFIDENCE, figures, better },
    verdict: comparisonVerdict(baseline, other, first, better),
  }
}

/** Latencies at two rates, as searches end with, are not to be compared. */
function figuresOf(baseline: ComparedSide, other: ComparedSide): readonly ComparedFigure[] {
  const ratesFound = compareFound(baseline.found, other.found)
  const isOpen = baseline.rounds[0]?.load.kind === 'open'
  if (ratesFound !== undefined) return [ratesFound]
  return (isOpen ? COSTS : [RATE, ...COSTS]).flatMap((figure) => compareFigure(figure, baseline, other) ?? [])
}

/** The widest ratio that both intervals allow. */
function compareFound(
  baseline: FoundMax | undefined,
  other: FoundMax | undefined,
): ComparedFigure | undefined {
  if (baseline === undefined || other === undefined) return undefined
  const [before, after] = [baseline.ratePerSecond, other.ratePerSecond]
  if (before === 0 || after === 0) return undefined
  const isBounded =
    baseline.interval.high !== undefined && other.interval.high !== undefined && baseline.interval.low > 0
  return {
    name: 'rate',
    higherIsBetter: true,
    ratio: after / before,
    low: isBounded ? other.interval.low / (baseline.interval.high ?? before) : undefined,
    high: isBounded ? (other.interval.high ?? after) / baseline.interval.low : undefined,
    rounds: 1,
    baselineValue: before,
    otherValue: after,
  }
}

function compareFigure(
  figure: Figure,
  baseline: ComparedSide,
  other: ComparedSide,
): ComparedFigure | undefined {
  const [before, after] = [valuesOf(figure, baseline), valuesOf(figure, other)]
  const interval = ratioInterval(before, after, COMPARISON_CONFIDENCE)
  if (interval === undefined) return undefined
  const { name, higherIsBetter } = figure
  return { ...interval, name, higherIsBetter, baselineValue: typical(before), otherValue: typical(after) }
}

/** A round without the figure is 0, which the interval leaves out. */
function valuesOf({ read }: Figure, { rounds }: ComparedSide): readonly number[] {
  return rounds.map((round) => (round.answered === 0 ? 0 : (read(round) ?? 0)))
}

function typical(values: readonly number[]): number {
  const logs = values.filter((value) => value > 0).map(Math.log)
  return Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length)
}

function betterOf({ low, high, higherIsBetter }: ComparedFigure): Comparison['better'] {
  if (low === undefined || high === undefined || (low <= 1 && high >= 1)) return 'neither'
  return low > 1 === higherIsBetter ? 'other' : 'baseline'
}

function check(sides: readonly ComparedSide[]): void {
  const kinds = new Set(sides.flatMap(({ rounds }) => rounds.map(({ load }) => load.kind)))
  if (kinds.size > 1) throw invalidParameter('Latencies of open and closed loads are not to be compared')
  for (const { name, rounds } of sides)
    if (rounds.length === 0) throw invalidParameter(`${name} was not measured`)
}
