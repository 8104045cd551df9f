import type { ParquetType, SchemaElement } from 'hyparquet'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { isNumberType, PlainNumbers } from './plain-numbers.ts'
import type { ValueArray, ValueReader } from './value-reader.ts'

const JULIAN_DAY_OF_EPOCH = 2_440_588n
const NANOSECONDS_PER_DAY = 86_400_000_000_000n

/** A column's values as its pages have them. */
export interface StoredType {
  readonly type: ParquetType
  readonly element: SchemaElement
  /** Octets are text in UTF-8. */
  readonly isText: boolean
}

/** @throws ServingError BAD_REQUEST for a type that cannot be read */
export function plainReader(bytes: Uint8Array, stored: StoredType): ValueReader {
  const { type, element } = stored
  if (isNumberType(type)) return new PlainNumbers(bytes, type)
  switch (type) {
    case 'BOOLEAN':
      return new PlainValues(bytes, new BitCursor())
    case 'INT96':
      return new PlainValues(bytes, new TimestampCursor())
    case 'FIXED_LEN_BYTE_ARRAY':
      return new PlainValues(bytes, new FixedCursor(element.type_length ?? 0))
    default:
      return new PlainValues(bytes, new OctetsCursor(stored.isText))
  }
}

/** Reads one value of a page and moves on. */
interface Cursor {
  next(bytes: Uint8Array): unknown
}

class PlainValues implements ValueReader {
  readonly #bytes: Uint8Array
  readonly #cursor: Cursor

  constructor(bytes: Uint8Array, cursor: Cursor) {
    this.#bytes = bytes
    this.#cursor = cursor
  }

  read(target: ValueArray, offset: number, count: number): void {
    const values = target as unknown[]
    for (let at = offset; at < offset + count; at += 1) values[at] = this.#cursor.next(this.#bytes)
  }
}

class BitCursor implements Cursor {
  #bit = 0

  next(bytes: Uint8Array): boolean {
    const byte = byteAt(bytes, this.#bit >> 3)
    const value = ((byte >> (this.#bit & 7)) & 1) === 1
    this.#bit += 1
    return value
  }
}

/** Nanoseconds of a day and a Julian day; given as nanoseconds since the epoch. */
class TimestampCursor implements Cursor {
  #offset = 0

  next(bytes: Uint8Array): bigint {
    byteAt(bytes, this.#offset + 11)
    const view = new DataView(bytes.buffer, bytes.byteOffset + this.#offset, 12)
    this.#offset += 12
    const day = BigInt(view.getInt32(8, true)) - JULIAN_DAY_OF_EPOCH
    return day * NANOSECONDS_PER_DAY + view.getBigUint64(0, true)
  }
}

class FixedCursor implements Cursor {
  readonly #length: number
  #offset = 0

  constructor(length: number) {
    if (length <= 0) throw unreadableParquet('A column of fixed length has no length')
    this.#length = length
  }

  next(bytes: Uint8Array): Uint8Array {
    const end = this.#offset + this.#length
    byteAt(bytes, end - 1)
    const value = bytes.subarray(this.#offset, end)
    this.#offset = end
    return value
  }
}

class OctetsCursor implements Cursor {
  readonly #isText: boolean
  #offset = 0

  constructor(isText: boolean) {
    this.#isText = isText
  }

  next(bytes: Uint8Array): Uint8Array | string {
    byteAt(bytes, this.#offset + 3)
    const start = this.#offset + 4
    const end = start + new DataView(bytes.buffer, bytes.byteOffset + this.#offset).getUint32(0, true)
    if (end > bytes.length) throw tooShort()
    this.#offset = end
    const value = bytes.subarray(start, end)
    return this.#isText ? textOf(value) : value
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws ServingError BAD_REQUEST where it is not UTF-8 */
export function textOf(octets: Uint8Array): string {
  try {
    return UTF8.decode(octets)
  } catch {
    throw unreadableParquet('A text is not UTF-8')
  }
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw tooShort()
  return byte
}

function tooShort(): Error {
  return unreadableParquet('The values of a page end too early')
}
