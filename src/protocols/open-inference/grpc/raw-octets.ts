import type { Tensor } from '../../../core/tensor.ts'

/** The bytes of a tensor in row-major order, little-endian, as the machines are on which this runs. */
export function octetsOf({ data, datatype }: Tensor): Uint8Array {
  if (datatype === 'BYTES') return octetsOfTexts(data as readonly string[])
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}

const LENGTH_BYTES = 4

/** Each text after its length (Triton's binary tensor data extension). */
function octetsOfTexts(texts: readonly string[]): Uint8Array {
  let size = 0
  for (const text of texts) size += LENGTH_BYTES + Buffer.byteLength(text)
  const octets = Buffer.allocUnsafe(size)
  let at = 0
  for (const text of texts) {
    const length = octets.write(text, at + LENGTH_BYTES)
    octets.writeUInt32LE(length, at)
    at += LENGTH_BYTES + length
  }
  return octets
}
