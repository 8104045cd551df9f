import { CellError, TYPED_CELLS } from '../csv/cell-readers.ts'
import { isMissing, readFloat64 } from '../csv/cells.ts'
import { DecimalScanner } from './decimal-scanner.ts'

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const FIRST_NOT_ASCII = 128

/** How a column is read: `float32` and `float64` by the precision that is wanted of their decimals. */
export type NumberRule = 'float32' | 'float64' | 'long' | 'integer' | 'boolean'

export interface NumberColumn {
  readonly rule: NumberRule
  /** Position in the file. */
  readonly index: number
  /** Position in the rows that are read. */
  readonly slot: number
}

export interface NumberRows {
  readonly rows: number
  /** The columns of each row by their slots. */
  readonly data: Float32Array | Float64Array
}

const NO_BYTES = Buffer.alloc(0)
const NO_DATA = new Float32Array(0)

const SKIPPED = 0
const FLOAT = 1
const OTHER = 2

/**
 * Reads the numbers of CSV records without making texts of them. Declines what it is not sure of: quotes around
 * numbers, records that are too short or too long, blank lines, cells that are no numbers.
 */
export class CsvNumbers {
  readonly #columns: readonly (NumberColumn | undefined)[]
  readonly #rules: Uint8Array
  readonly #slots: Uint32Array
  readonly #count: number
  readonly #scanner = new DecimalScanner()
  readonly #Storage: typeof Float32Array | typeof Float64Array
  /** As the blocks so far had them, to begin with storage of the right size. */
  #bytesPerRow = 0
  #bytes: Buffer = NO_BYTES
  #data: Float32Array | Float64Array = NO_DATA
  /** Where the cell that was read last ends; negative where it could not be read. */
  #end = 0
  #sawNotAscii = false

  /** @param width cells of a full record. */
  constructor(columns: readonly NumberColumn[], width: number) {
    const byIndex = new Map(columns.map((column) => [column.index, column]))
    this.#columns = Array.from({ length: width }, (_, index) => byIndex.get(index))
    this.#rules = Uint8Array.from(this.#columns, (column) => {
      if (column === undefined) return SKIPPED
      return column.rule === 'float32' || column.rule === 'float64' ? FLOAT : OTHER
    })
    this.#slots = Uint32Array.from(this.#columns, (column) => column?.slot ?? 0)
    this.#count = columns.length
    this.#Storage = columns.every(({ rule }) => rule === 'float32') ? Float32Array : Float64Array
  }

  /** @returns undefined where it declines. */
  read(block: Uint8Array): NumberRows | undefined {
    const rows = this.#readRows(withLineEnd(block))
    // What was read is not kept in memory until the next is there.
    this.#bytes = NO_BYTES
    this.#data = NO_DATA
    return rows
  }

  #readRows(bytes: Buffer): NumberRows | undefined {
    this.#bytes = bytes
    this.#sawNotAscii = false
    this.#data = new this.#Storage(this.#count * this.#expectedRows(bytes.length))
    let rows = 0
    for (let at = 0; at < bytes.length; rows += 1) {
      if ((rows + 1) * this.#count > this.#data.length) this.#grow()
      at = this.#readRow(at, rows * this.#count)
      if (at < 0) return undefined
    }
    // Text beside the numbers must be UTF-8 all the same.
    if (rows === 0 || (this.#sawNotAscii && !isUtf8(bytes))) return undefined
    this.#bytesPerRow = bytes.length / rows
    return { rows, data: this.#data.subarray(0, rows * this.#count) }
  }

  #expectedRows(bytes: number): number {
    const bytesPerRow = this.#bytesPerRow === 0 ? 8 * this.#rules.length : 0.98 * this.#bytesPerRow
    return Math.ceil(bytes / bytesPerRow) + 1
  }

  #grow(): void {
    const larger = new this.#Storage(2 * this.#data.length + this.#count)
    larger.set(this.#data)
    this.#data = larger
  }

  /** @returns where the next record begins; negative where this one is declined. */
  #readRow(start: number, first: number): number {
    const bytes = this.#bytes
    const byte = bytes[start]!
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === SPACE || byte === TAB) return -1
    const rules = this.#rules
    const slots = this.#slots
    const data = this.#data
    const scanner = this.#scanner
    const width = rules.length
    let at = start
    for (let index = 0; index < width; index += 1) {
      if (index > 0) {
        if (bytes[at] !== COMMA) return -1
        at += 1
      }
      const rule = rules[index]!
      if (rule === FLOAT) {
        // Nearly all cells: nothing but local variables here.
        const value = scanner.short(bytes, at)
        const end = scanner.end
        if (end >= 0 && isCellEnd(bytes[end]!)) {
          data[first + slots[index]!] = value
          at = end
          continue
        }
      }
      at = rule === SKIPPED ? this.#skipCell(at) : this.#readCell(at, index, first)
      if (at < 0) return -1
    }
    return this.#lineEnd(at)
  }

  #lineEnd(at: number): number {
    if (this.#bytes[at] === LINE_FEED) return at + 1
    return this.#bytes[at] === CARRIAGE_RETURN && this.#bytes[at + 1] === LINE_FEED ? at + 2 : -1
  }

  /** @returns where the cell ends; negative where it cannot be read. */
  #readCell(start: number, index: number, first: number): number {
    const column = this.#columns[index]!
    this.#data[first + column.slot] = this.#valueOf(start, column.rule)
    return this.#end
  }

  #valueOf(start: number, rule: NumberRule): number {
    const scanner = this.#scanner
    const value =
      rule === 'float32' ? scanner.float32(this.#bytes, start) : scanner.float64(this.#bytes, start)
    this.#end = scanner.end
    const isPlain = this.#end >= 0 && isCellEnd(this.#bytes[this.#end]!)
    switch (rule) {
      case 'long':
        // Integers have no negative zero.
        return isPlain && Number.isSafeInteger(value) ? value + 0 : this.#readSlowly(start, TYPED_CELLS.long)
      case 'integer':
        return isPlain && value === (value | 0) ? value + 0 : this.#readSlowly(start, TYPED_CELLS.integer)
      case 'boolean':
        return isPlain && (value === 0 || value === 1) ? value : this.#readSlowly(start, TYPED_CELLS.boolean)
      default:
        return isPlain ? value : this.#readSlowly(start, readFloat)
    }
  }

  /** By way of the cell's text; declines what is no number, and integers that a double does not hold. */
  #readSlowly(start: number, read: (text: string, index: number) => number | bigint): number {
    const bytes = this.#bytes
    let end = start
    while (!isCellEnd(bytes[end]!)) end += 1
    this.#end = -1
    if (bytes[start] === QUOTE) return 0
    try {
      // What is not ASCII comes out wrong, but is no number either way.
      const value = read(bytes.toString('latin1', start, end), 0)
      if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) return 0
      this.#end = end
      return Number(value)
    } catch (error) {
      if (error instanceof CellError) return 0
      throw error
    }
  }

  #skipCell(start: number): number {
    const bytes = this.#bytes
    let at = start
    if (bytes[start] === QUOTE) {
      at = this.#closingQuote(start + 1)
      if (at < 0) return -1
    }
    let byte = bytes[at]!
    while (!isCellEnd(byte)) {
      if (byte >= FIRST_NOT_ASCII) this.#sawNotAscii = true
      at += 1
      byte = bytes[at]!
    }
    return at
  }

  /** Behind the quote that closes the cell; doubled quotes are text. */
  #closingQuote(from: number): number {
    const bytes = this.#bytes
    this.#sawNotAscii = true
    let quote = bytes.indexOf(QUOTE, from)
    while (quote >= 0 && bytes[quote + 1] === QUOTE) quote = bytes.indexOf(QUOTE, quote + 2)
    return quote < 0 ? -1 : quote + 1
  }
}

function isCellEnd(byte: number): boolean {
  return byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN
}

/** Words of truth count as numbers where the whole column has them, which is for the general path to see. */
function readFloat(text: string): number {
  const value = isMissing(text) ? Number.NaN : readFloat64(text)
  if (value === undefined) throw new CellError()
  return value
}

/** The end of a line is what every cell is sure to end before. */
function withLineEnd(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes[bytes.length - 1] === LINE_FEED ? buffer : Buffer.concat([buffer, Buffer.of(LINE_FEED)])
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function isUtf8(bytes: Uint8Array): boolean {
  try {
    UTF8.decode(bytes)
    return true
  } catch {
    return false
  }
}
