const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44

/**
 * Finds where the records of a CSV text end, by the rules of the tokenizer (`protocols/mlflow-scoring/csv`), which
 * are pandas' own: a quote counts only at the beginning of a cell, lines end with LF, CRLF or CR, and lines of
 * nothing but spaces and tabs belong to no record. Works on bytes: in UTF-8 none of these is part of another
 * character.
 */
export class RecordScanner {
  readonly #bytes: Uint8Array
  readonly #isWhole: boolean

  /** @param isWhole the text ends here. Otherwise what cannot be told without its rest is not told. */
  constructor(bytes: Uint8Array, isWhole: boolean) {
    this.#bytes = bytes
    this.#isWhole = isWhole
  }

  /**
   * Where the first record from `from` on, the beginning of a line, ends: behind the end of its line. Undefined where
   * that cannot be told without more text. The end of the whole text where only blank lines are left, or a quote is
   * never closed.
   */
  recordEnd(from: number): number | undefined {
    let at = this.recordStart(from)
    while (at < this.#bytes.length) {
      at = this.#cellEnd(at)
      const byte = this.#bytes[at]
      if (byte === LINE_FEED) return at + 1
      if (byte === CARRIAGE_RETURN) return this.#afterCarriageReturn(at)
      at += 1
    }
    return this.#isWhole ? this.#bytes.length : undefined
  }

  /** The number of cells of the record that begins at `start`. */
  cellCount(start: number): number {
    let cells = 1
    let at = this.#cellEnd(start)
    for (; this.#bytes[at] === COMMA; at = this.#cellEnd(at + 1)) cells += 1
    return cells
  }

  /** Where the first record from `from` on begins, blank lines left out; the end of the text where there is none. */
  recordStart(from: number): number {
    const bytes = this.#bytes
    let start = from
    while (start < bytes.length) {
      let at = start
      while (bytes[at] === SPACE || bytes[at] === TAB) at += 1
      if (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) return start
      start = this.#blankLineEnd(at)
    }
    return bytes.length
  }

  /** pandas takes a comma behind a blank line that ends in a bare CR for the second half of the line's end. */
  #blankLineEnd(at: number): number {
    const next = this.#bytes[at + 1]
    const hasSecondHalf = this.#bytes[at] === CARRIAGE_RETURN && (next === LINE_FEED || next === COMMA)
    return hasSecondHalf ? at + 2 : at + 1
  }

  #afterCarriageReturn(at: number): number | undefined {
    if (at + 1 < this.#bytes.length) return this.#bytes[at + 1] === LINE_FEED ? at + 2 : at + 1
    return this.#isWhole ? at + 1 : undefined
  }

  /** The comma or end of line behind the cell that begins at `start`. */
  #cellEnd(start: number): number {
    return this.#bytes[start] === QUOTE ? this.#quotedCellEnd(start + 1) : this.#plainTextEnd(start)
  }

  /** The next comma or end of line. */
  #plainTextEnd(from: number): number {
    const bytes = this.#bytes
    let at = from
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at]
      if (byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN) break
    }
    return at
  }

  /** Doubled quotes are text, and so is what stands behind the closing one. */
  #quotedCellEnd(from: number): number {
    const bytes = this.#bytes
    let quote = bytes.indexOf(QUOTE, from)
    while (quote >= 0 && bytes[quote + 1] === QUOTE) quote = bytes.indexOf(QUOTE, quote + 2)
    return quote < 0 ? bytes.length : this.#plainTextEnd(quote + 1)
  }
}
