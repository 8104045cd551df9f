import { badRequest } from '../../../core/errors.ts'
import { BlockIndex } from './block-index.ts'
import { ByteReader } from './byte-reader.ts'
import { IndexedBlocks } from './indexed-blocks.ts'
import type { JsonBlockLimits, JsonBlocks, JsonEnvelope } from './json-blocks.ts'
import { COMMA } from './json-scanner.ts'
import { splitElements } from './split-elements.ts'

const NEWLINE = 0x0a
const SPACE = 0x20
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

const RECORDS: JsonEnvelope = {
  prefix: Buffer.from('{"dataframe_records": ['),
  suffix: Buffer.from(']}'),
}

/**
 * Cuts a JSON Lines file, each line a record, into blocks of whole lines, each a request of the form
 * `dataframe_records`. Lines of nothing but white space are no rows.
 */
export function cutLines(path: string, limits: JsonBlockLimits): JsonBlocks {
  const reader = new ByteReader(path)
  const index = new BlockIndex(limits)
  indexLines(reader, index)
  return new IndexedBlocks({
    reader,
    index,
    envelope: RECORDS,
    read: ({ start, end }, firstRow) => elementsOf(reader.read(start, end), firstRow),
  })
}

function indexLines(reader: ByteReader, index: BlockIndex): void {
  /** Where the record of the current line begins, once something has been seen that is no white space. */
  let start: number | undefined
  for (let chunk = reader.next(); chunk.length > 0; chunk = reader.next()) {
    const { chunkStart } = reader
    for (let at = chunkStart === 0 ? markLength(chunk) : 0; at < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, at)
      const lineEnd = end === -1 ? chunk.length : end
      if (start === undefined) {
        const first = firstText(chunk, at, lineEnd)
        if (first < lineEnd) start = chunkStart + first
      }
      if (end !== -1 && start !== undefined) {
        index.add({ start, end: chunkStart + end })
        start = undefined
      }
      at = lineEnd + 1
    }
  }
  if (start !== undefined) index.add({ start, end: reader.size })
  index.finish()
}

function markLength(chunk: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, i) => chunk[i] === byte) ? BYTE_ORDER_MARK.length : 0
}

function firstText(chunk: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isSpace(chunk[at]!)) at += 1
  return at
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x09 || byte === 0x0d
}

/**
 * Lines as elements of one list, made in place: commas between the records, spaces for blank lines and at the end.
 * @throws ServingError BAD_REQUEST where a line is not one value; its details have the `row`, counted from 0 here
 */
export function elementsOf(lines: Uint8Array, firstRow: number): Uint8Array {
  const commas: number[] = []
  let lastEnd: number | undefined
  for (let start = 0; start < lines.length; ) {
    const end = lineEnd(lines, start)
    if (firstText(lines, start, end) < end) {
      if (lastEnd !== undefined) commas.push(lastEnd)
      lastEnd = end
    }
    if (end < lines.length) lines[end] = SPACE
    start = end + 1
  }
  for (const comma of commas) lines[comma] = COMMA
  checkCommas(lines, commas, firstRow)
  return lines
}

function lineEnd(lines: Uint8Array, start: number): number {
  const end = lines.indexOf(NEWLINE, start)
  return end === -1 ? lines.length : end
}

/** A value cannot span lines, and a line cannot hold two: values end at these commas and nowhere else. */
function checkCommas(elements: Uint8Array, commas: readonly number[], firstRow: number): void {
  const ends = splitElements(elements).map(
    (element) => element.byteOffset - elements.byteOffset + element.length,
  )
  const wrong = ends.findIndex((end, i) => end !== (commas[i] ?? elements.length))
  if (wrong === -1 && ends.length === commas.length + 1) return
  const row = Math.max(0, wrong)
  throw badRequest(`Row ${firstRow + row} of the JSON Lines file is not one JSON value.`, { row })
}
