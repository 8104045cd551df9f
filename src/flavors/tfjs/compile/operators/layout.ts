import type { Value } from '../graph/value.ts'
import { channelsFirstAxis, type Layout, type Lowering } from '../lower/lowering.ts'

/** For operators that take either order: the one the value is in. */
export function layoutOf(lowering: Lowering, value: Value): Layout {
  return lowering.isChannelsFirst(value) ? 'channelsFirst' : 'channelsLast'
}

/** The axis of a layout that an axis of TF.js's order is. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  return layout === 'channelsFirst' ? channelsFirstAxis(axis, rank) : axis
}
