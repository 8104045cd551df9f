/** A protobuf message being written: a list of pieces, so that weights are not copied for every message around them. */
export class MessageWriter {
  readonly chunks: Uint8Array[] = []
  size = 0

  int(field: number, value: number | bigint): this {
    return this.#push([...varint(field * 8), ...varint(value)])
  }

  /** `float`, 4 bytes. */
  float(field: number, value: number): this {
    return this.#push([...varint(field * 8 + 5), ...new Uint8Array(Float32Array.of(value).buffer)])
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'))
  }

  bytes(field: number, value: Uint8Array): this {
    this.#push([...varint(field * 8 + 2), ...varint(value.length)])
    this.chunks.push(value)
    this.size += value.length
    return this
  }

  message(field: number, value: MessageWriter): this {
    this.#push([...varint(field * 8 + 2), ...varint(value.size)])
    for (const chunk of value.chunks) this.chunks.push(chunk)
    this.size += value.size
    return this
  }

  #push(bytes: readonly number[]): this {
    this.chunks.push(Uint8Array.from(bytes))
    this.size += bytes.length
    return this
  }
}

/** Negative numbers take ten bytes, as in `int64`. */
function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}
