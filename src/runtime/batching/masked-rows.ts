import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { PLAIN_ROWS } from './plain-rows.ts'
import { resizedAxis } from './resized-axis.ts'
import type { RowJoining } from './row-joining.ts'

/** Where a model with a mask has its sequences. */
export interface SequenceLayout {
  /** The input that is 0 where a sequence is filled up: shape [rows, length]. */
  readonly mask: string
  /** Inputs that have the length as their second dimension, the mask being one of them. */
  readonly inputs: ReadonlySet<string>
  /** The dimensions of each output that have the length; none for an output of the sequence as a whole. */
  readonly outputs: ReadonlyMap<string, readonly number[]>
}

/** Sequences up to this length share their batches, longer ones with those of the same power of two. */
const SHORT = 16

/** The class of lengths that a sequence is padded within: at most about twice the work is done for any of them. */
export function lengthClass(length: number): number {
  return Math.ceil(Math.log2(Math.max(SHORT, length)))
}

/**
 * Rows with sequences of different lengths: the shorter ones are filled up with zeros, which the mask tells, and their
 * outputs are cut back. Requests whose own mask has gaps are joined with those of just their shape.
 */
export function maskedRows(layout: SequenceLayout): RowJoining {
  return new MaskedRows(layout)
}

class MaskedRows implements RowJoining {
  readonly #layout: SequenceLayout
  /** Asked for many times of a request that waits. */
  readonly #padded = new WeakMap<TensorMap, boolean>()

  constructor(layout: SequenceLayout) {
    this.#layout = layout
  }

  fits(a: TensorMap, b: TensorMap): boolean {
    if (!this.#mayBePadded(a) || !this.#mayBePadded(b)) {
      return this.#mayBePadded(a) === this.#mayBePadded(b) && PLAIN_ROWS.fits(a, b)
    }
    if (a.size !== b.size || lengthClass(this.#lengthOf(a)) !== lengthClass(this.#lengthOf(b))) return false
    for (const [name, tensor] of a) {
      if (!isAlike(tensor, b.get(name), this.#layout.inputs.has(name))) return false
    }
    return true
  }

  join(parts: readonly TensorMap[]): TensorMap {
    const longest = this.#longestOf(parts)
    return PLAIN_ROWS.join(parts.map((part) => this.#padTo(part, longest)))
  }

  split(outputs: TensorMap, parts: readonly TensorMap[]): readonly TensorMap[] {
    const longest = this.#longestOf(parts)
    return PLAIN_ROWS.split(outputs, parts).map((own, index) => {
      const length = this.#lengthOf(parts[index]!)
      return length === longest ? own : this.#cutTo(own, length)
    })
  }

  #lengthOf(part: TensorMap): number {
    return part.get(this.#layout.mask)?.shape[1] ?? 0
  }

  #longestOf(parts: readonly TensorMap[]): number {
    return parts.reduce((longest, part) => Math.max(longest, this.#lengthOf(part)), 0)
  }

  #padTo(part: TensorMap, length: number): TensorMap {
    if (this.#lengthOf(part) === length) return part
    return new Map(
      [...part].map(([name, tensor]) => [
        name,
        this.#layout.inputs.has(name) ? resizedAxis(tensor, 1, length) : tensor,
      ]),
    )
  }

  #cutTo(outputs: TensorMap, length: number): TensorMap {
    return new Map(
      [...outputs].map(([name, tensor]) => {
        const axes = this.#layout.outputs.get(name) ?? []
        return [name, axes.reduce((cut, axis) => resizedAxis(cut, axis, length), tensor)]
      }),
    )
  }

  #mayBePadded(part: TensorMap): boolean {
    let known = this.#padded.get(part)
    if (known === undefined) {
      known = isWhole(part, this.#layout)
      this.#padded.set(part, known)
    }
    return known
  }
}

/** Whether all sequences of a request have one length, and no gap in their mask. */
function isWhole(part: TensorMap, { mask, inputs }: SequenceLayout): boolean {
  const tensor = part.get(mask)
  if (tensor === undefined || (tensor.shape[1] ?? 0) === 0) return false
  for (const name of inputs) if (part.get(name)?.shape[1] !== tensor.shape[1]) return false
  return (tensor.data as Float64Array).every((value) => Number(value) !== 0)
}

function isAlike(a: Tensor, b: Tensor | undefined, isSequence: boolean): boolean {
  if (b === undefined || a.datatype !== b.datatype || a.shape.length !== b.shape.length) return false
  for (let axis = isSequence ? 2 : 1; axis < a.shape.length; axis += 1) {
    if (a.shape[axis] !== b.shape[axis]) return false
  }
  return true
}
