const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const LEAST = 1e-12
const MOST = 1e22
/** Decimal digits that tell every float32 apart. */
const DIGITS = 9
/** Integers up to it are their own shortest digits. */
const MAX_INTEGER = 2 ** 24
/** Far more than the roundings of this arithmetic: what is closer to a border is not decided by it. */
const UNSURE = 1e-4

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/**
 * The double whose shortest decimal digits are the shortest that read back as the same float32: 0.1 for the float32
 * nearest to it, which as a double is 0.10000000149011612. @param value finite, and a float32.
 */
export function shortestFloat32(value: number): number {
  if (Math.floor(value) === value && value < MAX_INTEGER && value > -MAX_INTEGER) return value
  const magnitude = Math.abs(value)
  if (magnitude >= LEAST && magnitude < MOST) {
    const found = nearestShort(magnitude)
    if (found > 0) return value < 0 ? -found : found
  }
  return byText(value)
}

/** @returns 0 where a rounding decides. */
function nearestShort(magnitude: number): number {
  float[0] = magnitude
  const encoded = bits[0]!
  // Below a power of two the next float32 is closer than above it.
  if ((encoded & 0x7fffff) === 0) return 0
  const exponent = DIGITS - 1 - Math.floor(Math.log10(magnitude))
  const scale = POWERS[Math.abs(exponent)]!
  const scaled = exponent >= 0 ? magnitude * scale : magnitude / scale
  const halfUlp = 2 ** ((encoded >>> 23) - 151)
  const reach = exponent >= 0 ? halfUlp * scale : halfUlp / scale
  const digits = roundest(scaled, reach)
  return exponent >= 0 ? digits / scale : digits * scale
}

/** The integer less than `reach` away that ends in the most zeros, the nearest one of these; 0 where it is not certain. */
function roundest(value: number, reach: number): number {
  let found = 0
  for (let power = 1; power <= value; power *= 10) {
    const candidate = Math.floor(value / power + 0.5) * power
    const distance = Math.abs(candidate - value)
    if (Math.abs(distance - reach) < UNSURE) return 0
    if (distance > reach) return found
    found = candidate
  }
  return found
}

function byText(value: number): number {
  for (let digits = 1; digits < DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return candidate
  }
  return Number(value.toPrecision(DIGITS))
}
