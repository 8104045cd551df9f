const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const LEAST = 1e-12
const MOST = 1e22
/** Decimal digits that tell every float32 apart. */
const DIGITS = 9
/** Far more than the roundings of this arithmetic: what is closer to a border is not decided by it. */
const UNSURE = 1e-4

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The shortest decimal that reads back as a float32, as an integer and a power of ten. */
export class Float32Decimal {
  /** With zeros at its end or without. */
  integer = 0
  /** The decimal is `integer / 10 ** exponent`. */
  exponent = 0

  /** @param magnitude a float32 above 0. @returns false where it is to be found in another way. */
  find(magnitude: number): boolean {
    if (!(magnitude >= LEAST && magnitude < MOST)) return false
    float[0] = magnitude
    const encoded = bits[0]!
    // Below a power of two the next float32 is closer than above it.
    if ((encoded & 0x7fffff) === 0) return false
    const exponent = DIGITS - 1 - Math.floor(Math.log10(magnitude))
    const halfUlp = 2 ** ((encoded >>> 23) - 151)
    this.exponent = exponent
    this.integer = roundest(scaled(magnitude, exponent), scaled(halfUlp, exponent))
    return this.integer > 0
  }

  /** The double nearest to the decimal: powers up to this size and the integer are exact, so it is rounded once. */
  get value(): number {
    return scaled(this.integer, -this.exponent)
  }
}

/** `value * 10 ** exponent` */
function scaled(value: number, exponent: number): number {
  return exponent >= 0 ? value * POWERS[exponent]! : value / POWERS[-exponent]!
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
