import { flagsOf, flagsText } from '../../../bench/tune/candidate.ts'
import type { TriedCandidate } from '../../../bench/tune/tuning.ts'
import { rateText } from './server-bench.ts'

/** What was tried, as lines of text; figures that were not measured, or were given up before, are left out. */
export function triedTable(tried: readonly TriedCandidate[], cores: number): readonly string[] {
  const isLimited = tried.some(({ rateWithinLimit }) => rateWithinLimit !== undefined)
  const head = ['tried', 'answers/s', ...(isLimited ? ['rate within the limit'] : [])]
  const rows = tried.map(({ candidate, throughput, rateWithinLimit }) => [
    flagsText(flagsOf(candidate, cores)),
    rate(throughput),
    ...(isLimited ? [rate(rateWithinLimit)] : []),
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  )
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
}

function rate(value: number | undefined): string {
  return value === undefined ? '' : rateText(value)
}
