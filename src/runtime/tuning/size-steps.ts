/** The steps in which sizes grow: numbers of rows from 1 to `most`. */
export type SizeSteps = 'fine' | 'coarse' | 'doubling'

const ALL_BELOW: Readonly<Record<SizeSteps, number>> = { fine: 32, coarse: 4, doubling: 1 }
const STEPS_PER_DOUBLING: Readonly<Record<SizeSteps, number>> = { fine: 8, coarse: 2, doubling: 1 }

/** Sizes in ascending order: all small ones, from there on a few for each doubling, and `most` itself. */
export function batchSizes(most: number, steps: SizeSteps): number[] {
  const sizes: number[] = []
  for (let size = 1; size <= most; size += stepAfter(size, steps)) sizes.push(size)
  if (sizes.at(-1)! < most) sizes.push(most)
  return sizes
}

function stepAfter(size: number, steps: SizeSteps): number {
  if (size < ALL_BELOW[steps]) return 1
  return Math.max(1, 2 ** Math.floor(Math.log2(size)) / STEPS_PER_DOUBLING[steps])
}
