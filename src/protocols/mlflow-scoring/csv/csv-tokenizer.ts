import { unreadableCsv } from './csv-failure.ts'
import { CsvTable } from './csv-table.ts'

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44

/** A list of uint32 that doubles its storage as it grows. */
class OffsetList {
  length = 0
  #storage = new Uint32Array(256)

  push(value: number): void {
    if (this.length === this.#storage.length) {
      const larger = new Uint32Array(2 * this.length)
      larger.set(this.#storage)
      this.#storage = larger
    }
    this.#storage[this.length] = value
    this.length += 1
  }

  get last(): number {
    return this.#storage[this.length - 1]!
  }

  toArray(): Uint32Array {
    return this.#storage.subarray(0, this.length)
  }
}

/**
 * Cuts a text into cells as the C parser of pandas 3.1 does with its defaults: comma, double quote, any of LF,
 * CRLF and CR as the end of a line, lines of nothing but spaces and tabs left out.
 *
 * Not the csv-parse library, since that one cannot be set to pandas' rules: text behind a closing quote belongs
 * to the cell (`"a"b` is `ab`), a quote inside an unquoted cell is text, a blank line is left out but a line
 * with an empty quoted cell is not. It also took seven times as long for a body of numbers.
 */
class CsvTokenizer {
  readonly #text: string
  readonly #spans = new OffsetList()
  readonly #recordStarts = new OffsetList()
  readonly #rewritten = new Map<number, string>()
  #position = 0
  /** Records and blank lines so far, which is what pandas calls a line. */
  #lines = 0
  #headerEnd = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Header and records; the header and the first record decide the width of all. */
  tokenize(maxRecords: number): CsvTable {
    let width = 0
    while (this.#recordStarts.length < maxRecords && this.#readRecord()) {
      if (this.#recordStarts.length > 2) this.#checkWidth(width)
      width = Math.max(width, this.#lastLength)
      if (this.#recordStarts.length === 1) this.#headerEnd = this.#position
    }
    if (width === 0) throw unreadableCsv('No columns to parse from file')
    return this.#table(width)
  }

  /** Records of a known width, without a header. */
  tokenizeRecords(width: number, firstLine: number): CsvTable {
    this.#lines = firstLine - 1
    this.#recordStarts.push(0)
    while (this.#readRecord()) this.#checkWidth(width)
    return this.#table(width)
  }

  get #lastLength(): number {
    return this.#cells - this.#recordStarts.last
  }

  #checkWidth(width: number): void {
    if (this.#lastLength <= width) return
    throw unreadableCsv(
      `Error tokenizing data. C error: Expected ${width} fields in line ${this.#lines}, saw ${this.#lastLength}\n`,
      { row: this.#recordStarts.length - 2, line: this.#lines },
    )
  }

  #table(width: number): CsvTable {
    this.#recordStarts.push(this.#cells)
    return new CsvTable({
      text: this.#text,
      width,
      headerEnd: this.#headerEnd,
      spans: this.#spans.toArray(),
      rewritten: this.#rewritten,
      recordStarts: this.#recordStarts.toArray(),
    })
  }

  get #cells(): number {
    return this.#spans.length / 2
  }

  #readRecord(): boolean {
    this.#skipBlankLines()
    if (this.#position >= this.#text.length) return false
    this.#recordStarts.push(this.#cells)
    do {
      this.#readCell()
    } while (this.#take(COMMA))
    if (this.#take(CARRIAGE_RETURN)) this.#take(LINE_FEED)
    else this.#take(LINE_FEED)
    this.#lines += 1
    return true
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#position) !== code) return false
    this.#position += 1
    return true
  }

  #skipBlankLines(): void {
    for (;;) {
      let end = this.#position
      while (this.#text.charCodeAt(end) === SPACE || this.#text.charCodeAt(end) === TAB) end += 1
      const code = this.#text.charCodeAt(end)
      if (end < this.#text.length && code !== LINE_FEED && code !== CARRIAGE_RETURN) return
      this.#position = Math.min(end + 1, this.#text.length)
      this.#lines += 1
      if (end >= this.#text.length) return
      // pandas takes a comma behind a blank line that ends in a bare CR for the second half of the line's end.
      if (code === CARRIAGE_RETURN && !this.#take(LINE_FEED)) this.#take(COMMA)
    }
  }

  #readCell(): void {
    if (this.#text.charCodeAt(this.#position) === QUOTE) this.#readQuotedCell()
    else this.#addSpan(this.#position, this.#skipPlainText())
  }

  /** Moves to the next comma or end of line and returns where that is. */
  #skipPlainText(): number {
    const text = this.#text
    let end = this.#position
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end)
      if (code === COMMA || code === LINE_FEED || code === CARRIAGE_RETURN) break
    }
    this.#position = end
    return end
  }

  #readQuotedCell(): void {
    const start = this.#position + 1
    let end = this.#closingQuote(start)
    let unescaped = ''
    let from = start
    while (this.#text.charCodeAt(end + 1) === QUOTE) {
      unescaped += this.#text.slice(from, end + 1)
      from = end + 2
      end = this.#closingQuote(from)
    }
    this.#position = end + 1
    const tail = this.#skipPlainText()
    if (from !== start || tail !== end + 1) {
      this.#rewritten.set(
        this.#cells,
        unescaped + this.#text.slice(from, end) + this.#text.slice(end + 1, tail),
      )
    }
    this.#addSpan(start, end)
  }

  #closingQuote(from: number): number {
    const at = this.#text.indexOf('"', from)
    if (at >= 0) return at
    throw unreadableCsv(`Error tokenizing data. C error: EOF inside string starting at row ${this.#lines}`)
  }

  #addSpan(start: number, end: number): void {
    this.#spans.push(start)
    this.#spans.push(end)
  }
}

/**
 * @param maxRecords where to stop, the header counted.
 * @throws ServingError BAD_REQUEST: no columns, a row that is too long, a quote that is never closed
 */
export function tokenizeCsv(text: string, maxRecords = Number.POSITIVE_INFINITY): CsvTable {
  return new CsvTokenizer(text).tokenize(maxRecords)
}

/**
 * Cuts records that have no header before them, each of at most `width` cells.
 * @param firstLine the line of the file on which the text begins, counted from 1.
 * @throws ServingError BAD_REQUEST
 */
export function tokenizeRecords(text: string, width: number, firstLine: number): CsvTable {
  return new CsvTokenizer(text).tokenizeRecords(width, firstLine)
}
