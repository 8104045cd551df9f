/**
 * Writes a message of Protocol Buffers whose size is known. Lengths come before what they are the lengths of, so that
 * sizes are added up first, by the functions below.
 */
export class WireWriter {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  varint(value: number): void {
    let left = value
    while (left > 0x7f) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80
      left = left < 0x8000_0000 ? left >>> 7 : Math.floor(left / 128)
    }
    this.bytes[this.at++] = left
  }

  /** @param value not negative. */
  bigVarint(value: bigint): void {
    let left = value
    while (left > 0x7fn) {
      this.bytes[this.at++] = Number(left & 0x7fn) | 0x80
      left >>= 7n
    }
    this.bytes[this.at++] = Number(left)
  }

  tag(field: number, wire: number): void {
    this.bytes[this.at++] = (field << 3) | wire
  }

  /** The tag and the length of what follows. */
  header(field: number, length: number): void {
    this.bytes[this.at++] = (field << 3) | 2
    this.varint(length)
  }

  /** @param length of it in bytes. */
  text(field: number, text: string, length: number): void {
    this.header(field, length)
    this.at += this.bytes.write(text, this.at, length, 'utf8')
  }

  octets(field: number, octets: Uint8Array): void {
    this.header(field, octets.length)
    this.bytes.set(octets, this.at)
    this.at += octets.length
  }
}

/** @param value a whole number from 0 up. */
export function varintSize(value: number): number {
  let size = 1
  for (let left = value; left > 0x7f; left = Math.floor(left / 128)) size += 1
  return size
}

/** @param value from 0 to 2^64 - 1. */
export function bigVarintSize(value: bigint): number {
  let size = 1
  for (let left = value; left > 0x7fn; left >>= 7n) size += 1
  return size
}

/** Of a field with a number below 16 whose value has this many bytes. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}
