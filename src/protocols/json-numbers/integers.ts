const TWO_TO_32 = 2 ** 32
const INTEGER = /^-?[0-9]+$/
const ELEMENT = /[^[\],\s]+/g

/** Doubles without their fraction, modulo 2^64; 0 for what is no finite number. */
export function int64OfDoubles(values: Float64Array, start: number, count: number): BigInt64Array {
  const result = new BigInt64Array(count)
  // A BigInt for each element would take ten times as long.
  const halves = new Int32Array(result.buffer)
  for (let i = 0; i < count; i++) {
    const value = Math.trunc(values[start + i] as number)
    halves[2 * i] = value
    halves[2 * i + 1] = Math.floor(value / TWO_TO_32)
  }
  return result
}

/**
 * As `int64OfDoubles`, with all digits of the integer literals.
 *
 * @param json the list as the body has it.
 */
export function int64OfLiterals(json: Uint8Array, values: BigInt64Array): BigInt64Array {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('latin1')
  let i = 0
  for (const [literal] of text.matchAll(ELEMENT)) {
    if (INTEGER.test(literal)) values[i] = BigInt(literal)
    i += 1
  }
  return values
}
