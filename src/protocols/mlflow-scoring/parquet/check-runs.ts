import { unreadableParquet } from './parquet-failure.ts'

/** Runs of packed bits come in groups of 8 values, of which the last may be padding. */
const GROUP = 8

/**
 * Holds runs of parquet's RLE / bit-packing hybrid against the number of values that they may hold: hyparquet
 * writes a run as long as it claims to be, which can be 2^30 values in four bytes.
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 * @throws ServingError BAD_REQUEST
 */
export function checkRuns(bytes: Uint8Array, runs: { bitWidth: number; values: number }): void {
  const { bitWidth, values } = runs
  const valueBytes = Math.ceil(bitWidth / 8)
  let offset = 0
  let seen = 0
  while (seen < values && offset < bytes.length) {
    let header = 0
    let shift = 0
    let byte: number
    do {
      byte = bytes[offset] ?? 0
      header += (byte & 0x7f) * 2 ** shift
      shift += 7
      offset += 1
    } while (byte >= 0x80 && offset < bytes.length && shift < 64)
    const packed = header % 2 === 1
    const count = packed ? Math.floor(header / 2) * GROUP : Math.floor(header / 2)
    if (seen + count > values + GROUP) throw unreadableParquet('A run is longer than its page')
    seen += count
    offset += packed ? (count * bitWidth) / GROUP : valueBytes
  }
}
