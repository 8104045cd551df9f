import type { ParquetType } from 'hyparquet'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import type { ValueArray, ValueReader } from './value-reader.ts'

const ARRAYS = { DOUBLE: Float64Array, FLOAT: Float32Array, INT32: Int32Array, INT64: BigInt64Array }

export type NumberType = keyof typeof ARRAYS

export function isNumberType(type: ParquetType): type is NumberType {
  return type in ARRAYS
}

export function newNumbers(type: NumberType, count: number): Exclude<ValueArray, unknown[]> {
  return new ARRAYS[type](count)
}

/** Numbers of a fixed width, little-endian as in every machine that Node runs on. */
export class PlainNumbers implements ValueReader {
  readonly #bytes: Uint8Array
  readonly #type: NumberType
  readonly #width: number
  #offset = 0

  constructor(bytes: Uint8Array, type: NumberType) {
    this.#bytes = bytes
    this.#type = type
    this.#width = ARRAYS[type].BYTES_PER_ELEMENT
  }

  read(target: ValueArray, offset: number, count: number): void {
    const end = this.#offset + count * this.#width
    if (end > this.#bytes.length) throw unreadableParquet('The values of a page end too early')
    const bytes = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    const isSameType = target instanceof ARRAYS[this.#type]
    const numbers = isSameType ? target : newNumbers(this.#type, count)
    const at = isSameType ? offset : 0
    new Uint8Array(numbers.buffer, numbers.byteOffset + at * this.#width, bytes.length).set(bytes)
    if (!isSameType) for (let i = 0; i < count; i += 1) target[offset + i] = numbers[i] as never
  }
}
