import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit } from 'hyparquet/src/encoding.js'
import {
  BYTE_STREAM_SPLIT,
  DELTA_BINARY_PACKED,
  DELTA_LENGTH_BYTE_ARRAY,
  PLAIN,
  PLAIN_DICTIONARY,
  RLE,
  RLE_DICTIONARY,
} from '../../../protocols/mlflow-scoring/parquet/page-header.ts'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { HybridReader } from './hybrid-reader.ts'
import { isNumberType, newNumbers } from './plain-numbers.ts'
import { plainReader, type StoredType, textOf } from './plain-values.ts'
import type { ValueArray, ValueReader } from './value-reader.ts'

/** Values of a page that some encodings unfold at once; writers begin a new page long before. */
const MAX_UNFOLDED = 4_000_000
/** Indexes into a dictionary that are read at a time. */
const INDEXES = 4096

export interface EncodedValues {
  readonly bytes: Uint8Array
  readonly encoding: number
  /** How many there are, without the missing ones. */
  readonly count: () => number
  readonly stored: StoredType
  readonly dictionary: () => ValueArray
}

/** @throws ServingError BAD_REQUEST for an encoding that does not belong to the type */
export function valueReader(values: EncodedValues): ValueReader {
  const { bytes, encoding, stored } = values
  switch (encoding) {
    case PLAIN:
      return plainReader(bytes, stored)
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      return new DictionaryValues(new HybridReader(bytes.subarray(1), bytes[0] ?? 0), values.dictionary())
    case RLE:
      if (stored.type === 'BOOLEAN') return new Booleans(new HybridReader(bytes.subarray(4), 1))
      throw unreadableParquet('Only truth values can be encoded as runs')
    default:
      return new UnfoldedValues(unfolded(values))
  }
}

class DictionaryValues implements ValueReader {
  readonly #indexes: HybridReader
  readonly #dictionary: ValueArray

  constructor(indexes: HybridReader, dictionary: ValueArray) {
    this.#indexes = indexes
    this.#dictionary = dictionary
  }

  read(target: ValueArray, offset: number, count: number): void {
    for (let done = 0; done < count; done += INDEXES) {
      const indexes = INDEX_SCRATCH.subarray(0, Math.min(INDEXES, count - done))
      this.#indexes.read(indexes, 0, indexes.length)
      checkIndexes(indexes, this.#dictionary.length)
      lookUp(this.#dictionary as number[], indexes, target as number[], offset + done)
    }
  }
}

const INDEX_SCRATCH = new Int32Array(INDEXES)

function checkIndexes(indexes: Int32Array, length: number): void {
  let largest = 0
  for (let i = 0; i < indexes.length; i += 1) if (indexes[i]! > largest) largest = indexes[i]!
  if (largest >= length) throw unreadableParquet('A page names values that its dictionary does not have')
}

/** Typed as numbers for all kinds of arrays, so that one loop serves them all. */
function lookUp(
  ...[dictionary, indexes, target, offset]: [
    dictionary: ArrayLike<number>,
    indexes: Int32Array,
    target: number[],
    offset: number,
  ]
): void {
  for (let i = 0; i < indexes.length; i += 1) target[offset + i] = dictionary[indexes[i]!]!
}

class Booleans implements ValueReader {
  readonly #runs: HybridReader

  constructor(runs: HybridReader) {
    this.#runs = runs
  }

  read(target: ValueArray, offset: number, count: number): void {
    const bits = new Uint8Array(count)
    this.#runs.read(bits, 0, count)
    for (let i = 0; i < count; i += 1) target[offset + i] = (bits[i] === 1) as never
  }
}

class UnfoldedValues implements ValueReader {
  readonly #values: ArrayLike<unknown>
  #at = 0

  constructor(values: ArrayLike<unknown>) {
    this.#values = values
  }

  read(target: ValueArray, offset: number, count: number): void {
    if (this.#at + count > this.#values.length) throw unreadableParquet('The values of a page end too early')
    for (let i = 0; i < count; i += 1) target[offset + i] = this.#values[this.#at + i] as never
    this.#at += count
  }
}

function unfolded({ bytes, encoding, stored, ...values }: EncodedValues): ArrayLike<unknown> {
  const { type } = stored
  const count = values.count()
  if (count > MAX_UNFOLDED)
    throw unreadableParquet(`A page of ${count} values in encoding ${encoding} is too large`)
  if (count === 0) return []
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  if (encoding === DELTA_BINARY_PACKED && (type === 'INT32' || type === 'INT64')) {
    const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count)
    deltaBinaryUnpack(reader, count, values)
    return values
  }
  if (encoding === DELTA_LENGTH_BYTE_ARRAY && type === 'BYTE_ARRAY') {
    const values = new Array<Uint8Array>(count)
    deltaLengthByteArray(reader, count, values)
    return stored.isText ? values.map(textOf) : values
  }
  if (encoding === BYTE_STREAM_SPLIT && isNumberType(type)) {
    if (bytes.length < count * newNumbers(type, 0).BYTES_PER_ELEMENT) {
      throw unreadableParquet('The values of a page end too early')
    }
    return byteStreamSplit(reader, count, type, undefined)
  }
  throw unreadableParquet(`Pages of encoding ${encoding} cannot be read for type ${type}`)
}
