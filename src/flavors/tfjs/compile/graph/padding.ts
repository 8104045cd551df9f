import { NotCompiled } from '../not-compiled.ts'
import type { Dimension } from './value.ts'

/** What is added before and after each spatial dimension; TensorFlow's SAME and VALID by their names. */
export type Padding = 'valid' | 'same' | readonly (readonly [number, number])[]

/** What slides along one spatial dimension. */
export interface Window {
  readonly size: number
  readonly stride: number
  readonly dilation: number
}

/** Windows of a filter or a pool. @throws NotCompiled where the lists do not belong together. */
export function windowsOf(
  sizes: readonly number[],
  strides: readonly number[],
  dilations: readonly number[] = sizes.map(() => 1),
): readonly Window[] {
  const isEven = strides.length === sizes.length && dilations.length === sizes.length
  const isCount = (count: number): boolean => Number.isInteger(count) && count > 0
  if (!isEven || ![...sizes, ...strides, ...dilations].every(isCount)) {
    throw new NotCompiled(`a window of ${sizes} with strides ${strides} and dilations ${dilations}`)
  }
  return sizes.map((size, axis) => ({ size, stride: strides[axis]!, dilation: dilations[axis]! }))
}

/** How far a window reaches. */
export function reachOf({ size, dilation }: Window): number {
  return (size - 1) * dilation + 1
}

/** How many times a window fits: a dimension of the result. */
export function windowCount(input: Dimension, window: Window, padding: Padding, axis: number): Dimension {
  if (input === null) return null
  if (padding === 'same') return Math.ceil(input / window.stride)
  const [before, after] = padding === 'valid' ? [0, 0] : padding[axis]!
  const count = Math.floor((input + before + after - reachOf(window)) / window.stride) + 1
  if (count < 1) throw new NotCompiled(`a window of ${reachOf(window)} over ${input} elements`)
  return count
}

/** What is added before and after a dimension; undefined where only a run tells. */
export function padsOf(
  input: Dimension,
  window: Window,
  padding: Padding,
  axis: number,
): readonly [number, number] | undefined {
  if (padding === 'valid') return [0, 0]
  if (padding !== 'same') return padding[axis]!
  const total = sameTotal(input, window)
  if (total === undefined) return undefined
  const before = Math.floor(total / 2)
  return [before, total - before]
}

/**
 * SAME padding over three dimensions is negative in TF.js where a window is smaller than its stride, which moves all
 * windows (tfjs-core 4.22, `get3DPadAndOutInfo`); over one and two dimensions it is 0 at least, as in TensorFlow.
 * @throws NotCompiled where windows are moved, or may be.
 */
export function expectUnmoved(
  inputs: readonly Dimension[],
  windows: readonly Window[],
  padding: Padding,
): void {
  if (padding !== 'same' || windows.length < 3) return
  for (const [axis, window] of windows.entries()) {
    const input = inputs[axis]!
    const reach = reachOf(window)
    const isMoved = input === null ? reach < window.stride : (input - 1) % window.stride >= reach
    if (isMoved) throw new NotCompiled(`a window of ${reach} with a stride of ${window.stride}, padded`)
  }
}

/** With a stride of 1 it does not depend on the input, and a window of one element needs none. */
function sameTotal(input: Dimension, window: Window): number | undefined {
  const reach = reachOf(window)
  if (window.stride === 1 || reach === 1) return reach - 1
  if (input === null) return undefined
  return Math.max(0, (Math.ceil(input / window.stride) - 1) * window.stride + reach - input)
}
