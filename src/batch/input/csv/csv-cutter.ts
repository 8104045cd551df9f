import { RecordScanner } from './record-scanner.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34

/**
 * Where the block ends that begins at the beginning of `bytes`: behind the first record that ends at `blockBytes` or
 * later, so that the cuts of a text depend on nothing but the text and that size. Undefined where more text is
 * needed to tell. Text without quotes and CRs is only searched for the end of a line, at the speed of memory (which
 * is why it has to be a Buffer).
 *
 * @param isWhole the text ends with `bytes`.
 */
export function blockEnd(bytes: Buffer, blockBytes: number, isWhole: boolean): number | undefined {
  if (isWhole && bytes.length <= blockBytes) return bytes.length
  const lineEnd = bytes.indexOf(LINE_FEED, blockBytes - 1)
  const plainEnd = lineEnd < 0 ? bytes.length : lineEnd + 1
  if (isPlain(bytes.subarray(0, plainEnd))) return lineEnd < 0 && !isWhole ? undefined : plainEnd
  return scannedEnd(bytes, blockBytes, isWhole)
}

function isPlain(bytes: Buffer): boolean {
  return !bytes.includes(QUOTE) && !bytes.includes(CARRIAGE_RETURN)
}

function scannedEnd(bytes: Buffer, blockBytes: number, isWhole: boolean): number | undefined {
  const scanner = new RecordScanner(bytes, isWhole)
  let end: number | undefined = 0
  while (end !== undefined && end < blockBytes) end = scanner.recordEnd(end)
  return end
}

/** How many lines end in `bytes`, by LF, CRLF or CR. */
export function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  for (let at = bytes.indexOf(CARRIAGE_RETURN); at >= 0; at = bytes.indexOf(CARRIAGE_RETURN, at + 1)) {
    if (bytes[at + 1] !== LINE_FEED) lines += 1
  }
  return lines
}
