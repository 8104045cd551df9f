import { decimalPower, LARGEST_EXACT_POWER, POWERS } from '../../mlflow-scoring/reply/decimal-powers.ts'

/** Of the nine decimal digits that tell every float32 apart, the last one is that of the power 0. */
const LAST_DIGIT = 8
/** Below it are the float32s that have fewer digits. */
const LEAST = 2 ** -126
/** Far more than the roundings of this arithmetic: what is closer to a border is not decided by it. */
const UNSURE = 1e-4
const BIAS = 127
const BINARY_EXPONENTS = 2 ** 8
/** What a power of two ends in, of its nine digits, where it has no others. */
const FEW_DIGITS = 100

const FLOAT = new Float32Array(1)
const BITS = new Uint32Array(FLOAT.buffer)

/** By the exponent bits of a float32: the power of ten that is not above those floats, or the one below it. */
const DECIMAL_EXPONENTS = new Int16Array(BINARY_EXPONENTS)
/** The next power of ten; 0 where it was not wanted yet. */
const NEXT_POWERS = new Float64Array(BINARY_EXPONENTS)
const HALF_ULPS = new Float64Array(BINARY_EXPONENTS)

/** The shortest decimal digits that read back as the same float32, the nearest to it among those. */
export class Float32Digits {
  /** The nine digits. */
  high = 0
  readonly low = 0
  /** Digits before the decimal point; not above 0 where zeros follow it. */
  point = 0

  /** @param magnitude a float32 above 0. @returns false where they are to be found in another way. */
  find(magnitude: number): boolean {
    if (!(magnitude >= LEAST && magnitude < Number.POSITIVE_INFINITY)) return false
    FLOAT[0] = magnitude
    const bits = BITS[0]!
    const binary = bits >>> 23
    if (NEXT_POWERS[binary] === 0) fillTables(binary)
    const exponent = DECIMAL_EXPONENTS[binary]! + (magnitude < NEXT_POWERS[binary]! ? 0 : 1)
    const scale = LAST_DIGIT - exponent
    const value = scaled(magnitude, scale)
    // Below a power of two the next float32 is closer than above it.
    const isPowerOfTwo = (bits & 0x7fffff) === 0
    const isExact = Math.abs(scale) <= LARGEST_EXACT_POWER
    this.point = exponent + 1
    this.high = isPowerOfTwo
      ? fewDigits(value)
      : roundest(value, scaled(HALF_ULPS[binary]!, scale), isExact) | 0
    return this.high >= 1e8 && this.high < 1e9
  }

  /** The double nearest to the decimal. */
  get value(): number {
    const scale = LAST_DIGIT + 1 - this.point
    // Rounded once: the integer and such powers are exact.
    if (Math.abs(scale) <= LARGEST_EXACT_POWER) return scaled(this.high, -scale)
    return Number(`${this.high}e${-scale}`)
  }
}

function fillTables(binary: number): void {
  const exponent = Math.floor((binary - BIAS) * Math.LOG10E * Math.LN2)
  DECIMAL_EXPONENTS[binary] = exponent
  HALF_ULPS[binary] = 2 ** (binary - BIAS - 24)
  NEXT_POWERS[binary] = Number(`1e${exponent + 1}`)
  for (const scale of [LAST_DIGIT - exponent, LAST_DIGIT - exponent - 1]) decimalPower(Math.abs(scale))
}

/** `value * 10 ** exponent` */
function scaled(value: number, exponent: number): number {
  return exponent >= 0 ? value * POWERS[exponent]! : value / POWERS[-exponent]!
}

/** The exact digits where these are too few for others to be closer to it; else 0. */
function fewDigits(value: number): number {
  return value % FEW_DIGITS === 0 ? value : 0
}

/**
 * The integer less than `reach` away that ends in the most zeros, the nearest one of these, the upper one of two equally
 * near; 0 where it is not certain.
 */
function roundest(value: number, reach: number, isExact: boolean): number {
  let found = 0
  for (let power = 1; power <= value; power *= 10) {
    const candidate = Math.floor(value / power + 0.5) * power
    const distance = Math.abs(candidate - value)
    if (Math.abs(distance - reach) < UNSURE) return 0
    if (distance > reach) return found
    if (!isExact && Math.abs(distance - 0.5 * power) < UNSURE) return 0
    found = candidate
  }
  return found
}
