import { POWERS_OF_FIVE } from './powers-of-five'

/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
])
const LARGEST_EXACT_POWER: i32 = 22
const LARGEST_EXACT_INTEGER: u64 = 1 << 53

/** Beyond these any 64-bit integer times the power of ten is 0, or Infinity. */
const SMALLEST_POWER: i32 = -342
const LARGEST_POWER: i32 = 308

const MANTISSA_BITS: i32 = 52
const EXPONENT_BIAS: i32 = 1023
const INFINITE_EXPONENT: i32 = 0x7ff
/** Bits of the product below the mantissa and the two that decide how it is rounded. */
const ROUNDED_BITS: i32 = 64 - MANTISSA_BITS - 3

/** The double nearest to `digits` times ten to the `power`, ties to even. */
export function toDouble(digits: u64, power: i32): f64 {
  if (digits <= LARGEST_EXACT_INTEGER) {
    // Both factors are exact, so that the one rounding is the right one (Clinger, 1990).
    if (power < 0 && power >= -LARGEST_EXACT_POWER) return <f64>digits / powerOfTen(-power)
    if (power >= 0 && power <= LARGEST_EXACT_POWER) return <f64>digits * powerOfTen(power)
  }
  return nearestDouble(digits, power)
}

function powerOfTen(power: i32): f64 {
  return load<f64>(POWERS_OF_TEN + ((<usize>power) << 3))
}

/**
 * The algorithm of Eisel and Lemire (Lemire, "Number parsing at a gigabyte per second", 2021): 64 bits of digits times the 128 leading bits of a
 * power of five. That these always suffice is proved by Mushtak and Lemire, "Fast number parsing without fallback", 2023.
 */
export function nearestDouble(digits: u64, power: i32): f64 {
  if (digits === 0 || power < SMALLEST_POWER) return 0
  if (power > LARGEST_POWER) return Infinity
  const leadingZeros = <i32>clz(digits)
  const normal = digits << leadingZeros
  const row = POWERS_OF_FIVE + ((<usize>(power - SMALLEST_POWER)) << 4)
  const five = load<u64>(row)
  let high = highProduct(normal, five)
  let low = normal * five
  if ((high & 0x1ff) === 0x1ff) {
    // The bits below could carry into those that count.
    const carried = highProduct(normal, load<u64>(row, 8))
    low += carried
    if (low < carried) high++
  }
  const upperBit = <i32>(high >> 63)
  const mantissa = high >> (upperBit + ROUNDED_BITS)
  const exponent = binaryExponent(power) + upperBit - leadingZeros + EXPONENT_BIAS
  if (exponent <= 0) return subnormal(mantissa, exponent)
  const isTie = low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) === 1
  return isTie && mantissa << (upperBit + ROUNDED_BITS) === high
    ? packed(mantissa >> 1, exponent)
    : packed((mantissa + 1) >> 1, exponent)
}

/** The place of the leading bit of ten to the `power` times 2^63. */
function binaryExponent(power: i32): i32 {
  // log2(10) is 217706 / 65536, close enough for all powers of the table.
  return ((217706 * power) >> 16) + 63
}

/** @param mantissa with one bit more than a double has; rounding may carry it to the next exponent. */
function packed(mantissa: u64, exponent: i32): f64 {
  const hidden: u64 = 1 << MANTISSA_BITS
  if (mantissa === hidden << 1) {
    mantissa = hidden
    exponent++
  }
  if (exponent >= INFINITE_EXPONENT) return Infinity
  return reinterpret<f64>((mantissa & ~hidden) | ((<u64>exponent) << MANTISSA_BITS))
}

function subnormal(mantissa: u64, exponent: i32): f64 {
  const shift = 1 - exponent
  if (shift >= 64) return 0
  // With the leading bit set by rounding it is the smallest normal double, which has these bits too.
  return reinterpret<f64>(((mantissa >> shift) + 1) >> 1)
}

/** The upper 64 of the 128 bits of a product. */
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  return aHigh * bHigh + (middle >> 32) + ((aLow * bHigh + (middle & 0xffffffff)) >> 32)
}
