import { percentText } from '../../page/number-texts.ts'
import type { Measurement } from '../measurement.ts'
import type { ComparedSide } from './compared-side.ts'
import type { ComparedFigure, Comparison } from './comparison.ts'

const MEASURED_BY: Readonly<Record<ComparedFigure['name'], string>> = {
  rate: 'by requests a second',
  p50: 'by median latency',
  p99: 'by 99th percentile',
  mean: 'by mean latency',
  'cpu-per-request': 'by processor time of a request',
  memory: 'by memory',
}

/** An interval whose end is so many times its beginning tells nothing but that more has to be measured. */
const VAGUE = 100

/** `B is 1.8x faster than A by requests a second, 95 % interval 1.6-2.0.`, and whatever a reader has to know with it. */
export function comparisonVerdict(
  baseline: ComparedSide,
  other: ComparedSide,
  figure: ComparedFigure | undefined,
  better: Comparison['better'],
): string {
  const sides = [baseline, other]
  return [mainSentence(baseline, other, figure, better), ...sides.flatMap(failures), ...doubts(sides)].join(
    ' ',
  )
}

function mainSentence(
  baseline: ComparedSide,
  other: ComparedSide,
  figure: ComparedFigure | undefined,
  better: Comparison['better'],
): string {
  if (figure === undefined)
    return `${baseline.name} and ${other.name} cannot be compared: there are no right answers of both.`
  const by = MEASURED_BY[figure.name]
  const { low, high, ratio, rounds } = figure
  if (low === undefined || high === undefined)
    return `No difference that this run can show: nothing bounds how much another run would differ (${by} ${ratioText(ratio, ratio)}x).`
  if (better === 'neither') {
    const why =
      rounds > 1 && high > VAGUE * low
        ? `: its ${rounds} rounds differ too much from each other`
        : `, 95\u00a0% interval of the ratio ${rangeText(low, high)}`
    return `No difference that this run can show between ${baseline.name} and ${other.name} ${by}${why}.`
  }
  const [winner, loser] = better === 'other' ? [other, baseline] : [baseline, other]
  // The interval of what is larger divided by what is smaller.
  const [times, least, most] = ratio > 1 ? [ratio, low, high] : [1 / ratio, 1 / high, 1 / low]
  return `${winner.name} is ${ratioText(times, most - least)}x faster than ${loser.name} ${by}, 95\u00a0% interval ${rangeText(least, most)}.`
}

function failures({ name, rounds }: ComparedSide): readonly string[] {
  const failed = rounds.reduce((sum, { offered, answered }) => sum + offered - answered, 0)
  const offered = rounds.reduce((sum, round) => sum + round.offered, 0)
  return failed === 0
    ? []
    : [`${name} did not answer ${percentText(failed / offered)} of the requests rightly.`]
}

function doubts(sides: readonly ComparedSide[]): readonly string[] {
  const isInvalid = ({ valid }: Measurement): boolean => !valid
  const invalid = sides.reduce((sum, { rounds }) => sum + rounds.filter(isInvalid).length, 0)
  if (invalid === 0) return []
  const all = sides.reduce((sum, { rounds }) => sum + rounds.length, 0)
  return [`Do not trust it: ${invalid} of ${all} loads were not what they were to be.`]
}

function rangeText(low: number, high: number): string {
  if (high === Number.POSITIVE_INFINITY) return `${ratioText(low, low)} and more`
  return `${ratioText(low, high - low)}-${ratioText(high, high - low)}`
}

/** With as many digits as the width of its interval bears: 1.8, 1.04, 1.004. */
export function ratioText(value: number, width: number): string {
  if (value >= 100) return String(Math.round(value))
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(width >= 0.1 && value >= 1.1 ? 1 : width >= 0.01 || width === 0 ? 2 : 3)
}
