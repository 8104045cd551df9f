const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The number that the bits of an IEEE 754 binary16 stand for. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Bits of the binary16 nearest to a double, ties to even, past 65519.99… infinite. Rounds once. */
export function numberToFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  float[0] = value
  const sign = ((bits[0] as number) >>> 16) & 0x8000
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | roundHalfToEven(magnitude * 2 ** 24)
  const exponent = Math.floor(Math.log2(magnitude))
  return sign | normalBits(magnitude, exponent)
}

/** `numberToFloat16` of each. */
export function numbersToFloat16(values: Float64Array): Uint16Array {
  const data = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) data[i] = numberToFloat16(values[i]!)
  return data
}

function normalBits(magnitude: number, guess: number): number {
  // log2 may be off by one next to a power of two.
  const exponent = magnitude >= 2 ** (guess + 1) ? guess + 1 : magnitude < 2 ** guess ? guess - 1 : guess
  const fraction = roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024)
  return ((exponent + 15) << 10) + fraction
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
