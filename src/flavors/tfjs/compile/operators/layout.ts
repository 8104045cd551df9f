import { channelsFirstAxis, type Layout } from '../lower/lowering.ts'

/** The axis of a layout that an axis of TF.js's order is. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  return layout === 'channelsFirst' ? channelsFirstAxis(axis, rank) : axis
}
