import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import type { HybridReader } from './hybrid-reader.ts'
import type { ValueArray, ValueReader } from './value-reader.ts'

/** Values whose levels are read at a time. */
const LEVELS = 4096
const LEVEL_SCRATCH = new Uint8Array(LEVELS)

/** A page of a column that is not nested: so many values, of which those of level 0 are missing. */
export class FlatPage {
  #left: number
  readonly #levels: HybridReader | undefined
  readonly #values: ValueReader

  constructor(page: { values: number; levels: HybridReader | undefined; reader: ValueReader }) {
    this.#left = page.values
    this.#levels = page.levels
    this.#values = page.reader
  }

  get left(): number {
    return this.#left
  }

  /**
   * Reads the next values; missing ones become NaN in arrays of floats and null in arrays of objects.
   * @throws ServingError BAD_REQUEST where the page holds fewer, or some are missing and may not be
   */
  read(target: ValueArray, offset: number, count: number): void {
    this.#left -= count
    if (this.#levels === undefined) {
      this.#values.read(target, offset, count)
      return
    }
    for (let done = 0; done < count; done += LEVELS) {
      this.#readSome(this.#levels, target, { offset: offset + done, count: Math.min(LEVELS, count - done) })
    }
  }

  #readSome(
    levels: HybridReader,
    target: ValueArray,
    { offset, count }: { offset: number; count: number },
  ): void {
    const alike = levels.readAlike(count)
    if (alike === 1) {
      this.#values.read(target, offset, count)
      return
    }
    if (alike === undefined) levels.read(LEVEL_SCRATCH, 0, count)
    else LEVEL_SCRATCH.fill(0, 0, count)
    let present = 0
    for (let i = 0; i < count; i += 1) present += LEVEL_SCRATCH[i]!
    this.#values.read(target, offset, present)
    if (present < count) spread(target, { offset, count, present })
  }

  /** Moves on without the values. */
  skip(target: ValueArray, count: number): void {
    for (let done = 0; done < count; done += target.length) {
      this.read(target, 0, Math.min(target.length, count - done))
    }
  }

  /** Whether any of the values left is missing, which reads the levels. */
  hasMissing(): boolean {
    if (this.#levels === undefined) return false
    while (this.#left > 0) {
      const count = Math.min(LEVELS, this.#left)
      this.#left -= count
      this.#levels.read(LEVEL_SCRATCH, 0, count)
      if (LEVEL_SCRATCH.subarray(0, count).includes(0)) return true
    }
    return false
  }
}

/** Moves the values that are there to their places, from the last one on, and marks those that are missing. */
function spread(target: ValueArray, rows: { offset: number; count: number; present: number }): void {
  const missing = missingValue(target)
  let from = rows.offset + rows.present
  for (let i = rows.count - 1; i >= 0; i -= 1) {
    if (LEVEL_SCRATCH[i] === 1) {
      from -= 1
      target[rows.offset + i] = target[from] as never
    } else target[rows.offset + i] = missing as never
  }
}

function missingValue(target: ValueArray): number | null {
  if (target instanceof Float64Array || target instanceof Float32Array) return Number.NaN
  if (Array.isArray(target)) return null
  throw unreadableParquet('Values are missing that the statistics of the file do not count')
}
