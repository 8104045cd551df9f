import type { TopLevelSpec } from 'vega-lite'
import type { LargestRate, ScenarioResult } from '../contest/result.ts'
import { type Standing, standings } from './standing.ts'

const SIZE = { width: 560, height: 300 }

interface Point {
  readonly name: string
  readonly rate: number
  readonly p99Ms: number
}

/** @returns p99 against the rate of arrivals, of each server in its best configuration; undefined where none was asked for it. */
export function openLoopPlot(result: ScenarioResult): TopLevelSpec | undefined {
  const best = bestRates(standings(result))
  const points = best.flatMap(({ name, largest }) => pointsOf(name, largest))
  if (points.length === 0) return undefined
  const limit = result.settings.p99LimitMs
  return {
    title: result.scenario,
    ...SIZE,
    layer: [
      {
        data: { values: points.map((point) => ({ ...point })) },
        mark: { type: 'line', point: { size: 36 }, strokeWidth: 2 },
        encoding: {
          x: axis('rate', 'requests a second, arriving at random (logarithmic)', '~s'),
          y: axis('p99Ms', 'p99, milliseconds (logarithmic)', ',~r'),
          color: { field: 'name', type: 'nominal', title: null, sort: best.map(({ name }) => name) },
        },
      },
      {
        data: { values: [{ limit }] },
        mark: { type: 'rule', strokeDash: [6, 4], color: '#1f2328' },
        encoding: { y: { field: 'limit', type: 'quantitative' } },
      },
    ],
  }
}

function axis(field: string, title: string, format: string) {
  const scale = { type: 'log', nice: false, padding: 12 } as const
  return { field, type: 'quantitative', title, scale, axis: { format, tickCount: 6 } } as const
}

/** The highest first. */
function bestRates(all: readonly Standing[]): readonly { name: string; largest: LargestRate }[] {
  const sought = all.flatMap(({ peer, name, largestRate }) =>
    largestRate === undefined ? [] : [{ peer, name, largest: largestRate }],
  )
  const inOrder = sought.toSorted((one, other) => other.largest.perSecond - one.largest.perSecond)
  return [...Map.groupBy(inOrder, ({ peer }) => peer).values()].flatMap((same) => same[0] ?? [])
}

/** Of several tries at a rate the best, since others on the machine can only make it worse. */
function pointsOf(name: string, { steps }: LargestRate): readonly Point[] {
  const byRate = Map.groupBy(steps, ({ rate }) => rate)
  const points = [...byRate.entries()].flatMap(([rate, same]) => {
    const tries = same.flatMap(({ p99Us }) => (p99Us === null || p99Us <= 0 ? [] : [p99Us / 1000]))
    return tries.length === 0 || rate <= 0 ? [] : [{ name, rate, p99Ms: Math.min(...tries) }]
  })
  return points.sort((one, other) => one.rate - other.rate)
}
