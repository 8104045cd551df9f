import type { Html } from '../html.ts'
import { chart } from './chart.ts'
import type { LegendEntry } from './legend.ts'
import { roundTicks, type Scale, timeTicks } from './scale.ts'

export interface TimeChart {
  readonly title: string
  /** What is to be seen, for those who cannot see it. */
  readonly description: string
  readonly times: readonly [from: number, to: number]
  /** Widened to round numbers; what lies beyond is cut off. */
  readonly values: readonly [low: number, high: number]
  readonly label: (value: number) => string
  /** Times of changes of the shares. */
  readonly changes: readonly number[]
  readonly entries: readonly LegendEntry[]
  readonly draw: (x: Scale, y: Scale) => readonly Html[]
}

const VALUE_TICKS = 4

/** A figure with time to the right and values upwards. */
export function timeChart({ times, values, label, changes, ...rest }: TimeChart): Html {
  return chart({
    ...rest,
    across: times,
    acrossTicks: timeTicks(...times),
    ticks: roundTicks(...values, VALUE_TICKS, label),
    marks: changes,
  })
}
