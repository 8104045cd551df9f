import type { ProvableInput, Spread } from './seeded-inputs.ts'

/** Of free dimensions after the rows: of the first, the second, and so on in turns. */
export type Sizes = readonly number[]

const SMALL: Spread = { kind: 'normal', scale: 0.1 }
export const PLAIN: Spread = { kind: 'normal', scale: 1 }
const LARGE: Spread = { kind: 'normal', scale: 30 }
export const SHARES: Spread = { kind: 'uniform', scale: 1 }
const BYTES: Spread = { kind: 'uniform', scale: 255 }

/** Of one row each, tried one by one while outputs show nothing, or there is time. */
export const FURTHER_SPREADS: readonly Spread[] = [
  ...[SMALL, BYTES, SHARES, LARGE],
  { kind: 'normal', scale: 0.01 },
  { kind: 'flat', scale: 1 },
  { kind: 'normal', scale: 300 },
  { kind: 'flat', scale: 100 },
  { kind: 'normal', scale: 1e-4 },
  PLAIN,
]

/** For models that amplify roundings at large scales. */
export const GENTLE_ROWS: readonly Spread[] = [SHARES, PLAIN, SMALL]

/** A first run that took longer belongs to a model of which two rows are run at once, not three. */
const SLOW_MS = 100

/**
 * Sizes of the first and the second free dimension after the rows, of images and of all else. Some networks take only
 * multiples of 32, some only squares or one size, and under the size of a window TF.js fails in ways that last.
 */
const IMAGE_SIZES: readonly [readonly Sizes[], readonly Sizes[]] = [
  [
    [96, 128],
    [224, 256],
    [64, 64],
    [224, 224],
    [299, 299],
    [32, 32],
  ],
  [
    [101, 90],
    [128, 96],
    [256, 224],
    [96, 96],
    [256, 256],
    [331, 331],
    [64, 64],
  ],
]
const OTHER_SIZES: readonly [readonly Sizes[], readonly Sizes[]] = [
  [
    [32, 24],
    [64, 64],
    [128, 128],
  ],
  [
    [21, 37],
    [96, 96],
    [200, 200],
    [24, 24],
  ],
]

/** Sizes that may be tried for free dimensions; one empty list where there are none. */
export function firstSizes(inputs: readonly ProvableInput[]): readonly Sizes[] {
  return hasFreeSizes(inputs) ? sizesFor(inputs)[0] : [[]]
}

/** Others to be tried after these; none where no dimension but the rows is free. */
export function otherSizes(inputs: readonly ProvableInput[]): readonly Sizes[] {
  return hasFreeSizes(inputs) ? sizesFor(inputs)[1] : []
}

/** Rows of different scales in one run; one row of a large scale where the number of rows is fixed. */
export function severalRows(inputs: readonly ProvableInput[], firstRunMs: number): readonly Spread[] {
  if (!inputs.some(({ shape }) => shape[0] === null)) return [LARGE]
  const spreads = inputs.some(isImage) ? [BYTES, LARGE, SHARES] : [SHARES, LARGE, SMALL]
  return firstRunMs > SLOW_MS ? spreads.slice(0, 2) : spreads
}

function sizesFor(inputs: readonly ProvableInput[]): readonly [readonly Sizes[], readonly Sizes[]] {
  return inputs.some(({ shape }) => shape.length >= 4) ? IMAGE_SIZES : OTHER_SIZES
}

function hasFreeSizes(inputs: readonly ProvableInput[]): boolean {
  return inputs.some(({ shape }) => shape.slice(1).includes(null))
}

function isImage({ type, shape }: ProvableInput): boolean {
  return type === 'float32' && shape.length === 4 && [1, 3, 4].includes(shape[3] ?? 0)
}
