import type { Tensor } from '../../../core/tensor.ts'
import { type Comparison, largestOf } from '../trial/compare-outputs.ts'

/** Engines round differently: outputs that differ between inputs by less, as a share of the largest value, are alike. */
const LEAST_SPREAD = 2e-6
/** How much of the spread of an output engines may differ by. */
const LARGEST_SHARE = 0.05

type Numbers = Exclude<Tensor['data'], readonly string[] | BigInt64Array | BigUint64Array>

/**
 * What the runs so far have shown of one output. That two engines agree says little of an output that is the same
 * for all inputs: a softmax that is saturated, or zeros behind a relu. It says something once different inputs gave
 * outputs that are further apart than the two engines are.
 */
export class OutputEvidence {
  /** The first row of each length: what later rows are held against. */
  readonly #first = new Map<number, Numbers>()
  #isFloat = false
  #usual: number | undefined
  #mostRows = 0
  #spread = 0
  #largest = 0
  #distance = 0

  /**
   * @param output what both engines gave.
   * @param rows how many rows the run had.
   */
  add(
    { datatype, shape, data }: Tensor,
    rows: number,
    { distance }: Extract<Comparison, { equal: true }>,
  ): void {
    this.#isFloat = datatype === 'FP32'
    if (data instanceof Float32Array) this.#usual ??= largestOf(data)
    this.#mostRows = Math.max(this.#mostRows, rows)
    this.#distance = Math.max(this.#distance, distance)
    const parts = shape[0] === rows ? rows : 1
    const length = data.length / parts
    for (let row = 0; row < parts; row += 1) {
      this.#addRow((data as Numbers).subarray(row * length, (row + 1) * length))
    }
  }

  /** The largest value of the first run, whose inputs are ordinary. */
  get usual(): number {
    return this.#usual ?? 0
  }

  get isFloat(): boolean {
    return this.#isFloat
  }

  /** Of the runs in which the engines agreed, the most rows at once. */
  get mostRows(): number {
    return this.#mostRows
  }

  get isInformative(): boolean {
    return this.#spread > LEAST_SPREAD * this.#largest && this.#distance <= LARGEST_SHARE * this.#spread
  }

  #addRow(row: Numbers): void {
    const first = this.#first.get(row.length)
    if (first === undefined) {
      this.#first.set(row.length, row.slice())
      return
    }
    for (let index = 0; index < row.length; index += 1) {
      const value = row[index]!
      const apart = Math.abs(value - first[index]!)
      // Not infinity, nor NaN, of which all comparisons are false.
      if (!(apart < Number.POSITIVE_INFINITY)) continue
      this.#largest = Math.max(this.#largest, Math.abs(value))
      this.#spread = Math.max(this.#spread, apart)
    }
  }
}
