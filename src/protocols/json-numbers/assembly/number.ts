import { DOT, isDigit, LOWER_CASE, LOWER_E, MINUS, PLUS, ZERO } from './characters'
import { toDouble } from './decimal'
import { appendDigits, leadingDigits } from './digits'
import * as traits from './traits'
import { addValue } from './values'

/** Digits that a 64-bit integer holds, whichever they are. */
const MOST_DIGITS: usize = 19
/** Larger exponents say no more: a body has less zeros to hold against them. */
const LARGEST_EXPONENT: i32 = 100000000
const LARGEST_EXACT_INTEGER: u64 = 1 << 53
const INT64_LIMIT: u64 = 1 << 63

/** The integer that digits were read into, and behind which of them. */
let digits: u64 = 0

/** Adds the number that begins here to the values. @returns where it ends, 0 where it is none of JSON's or has too many digits. */
export function readNumber(start: usize): usize {
  const isNegative = load<u8>(start) === MINUS
  const first = start + <usize>isNegative
  digits = 0
  let at = readDigits(first)
  if (at === first || (load<u8>(first) === ZERO && at > first + 1)) return 0
  let character: u32 = load<u8>(at)
  if (character !== DOT && (character | LOWER_CASE) !== LOWER_E) {
    return at - first <= MOST_DIGITS ? addInteger(isNegative, at) : 0
  }
  let power: i32 = 0
  if (character === DOT) {
    const fraction = at + 1
    at = readDigits(fraction)
    if (at === fraction) return 0
    power = -(<i32>(at - fraction))
    character = load<u8>(at)
  }
  if (at - first > MOST_DIGITS + 1 && significantDigits(first, at) > MOST_DIGITS) return 0
  if ((character | LOWER_CASE) === LOWER_E) {
    at = readExponent(at + 1)
    if (at === 0) return 0
    power += exponent
  }
  addFraction(isNegative, power)
  return at
}

/** Reads digits behind those that were read. Beyond 19 that count they are nonsense. @returns where they end. */
function readDigits(at: usize): usize {
  while (true) {
    const eight = load<u64>(at)
    const count = leadingDigits(eight)
    if (count === 0) return at
    digits = appendDigits(digits, eight, count)
    at += count
    if (count < 8) return at
  }
}

/** Digits from the first that is not 0. */
function significantDigits(at: usize, end: usize): usize {
  let count: usize = 0
  for (; at < end; at++) {
    const character: u32 = load<u8>(at)
    if (isDigit(character) && (count > 0 || character !== ZERO)) count++
  }
  return count
}

let exponent: i32 = 0

/** @param at behind the `e`. @returns where it ends, 0 where it has no digits. */
function readExponent(at: usize): usize {
  const sign: u32 = load<u8>(at)
  if (sign === MINUS || sign === PLUS) at++
  let character: u32 = load<u8>(at)
  if (!isDigit(character)) return 0
  let size: i32 = 0
  for (; isDigit(character); character = load<u8>(++at)) {
    if (size < LARGEST_EXPONENT) size = size * 10 + <i32>(character - ZERO)
  }
  exponent = sign === MINUS ? -size : size
  return at
}

function addInteger(isNegative: bool, end: usize): usize {
  let seen = traits.INTEGER
  if (digits > LARGEST_EXACT_INTEGER) {
    seen |= traits.LARGE_INTEGER
    if (digits > INT64_LIMIT - <u64>!isNegative) seen |= traits.BEYOND_INT64
  }
  if (isNegative && digits === 0) seen |= traits.NEGATIVE_ZERO
  const value = <f64>digits
  addValue(isNegative ? -value : value, seen)
  return end
}

function addFraction(isNegative: bool, power: i32): void {
  let seen = traits.FRACTION
  const value = toDouble(digits, power)
  if (value === Infinity) seen |= traits.HUGE
  if (isNegative && value === 0) seen |= traits.NEGATIVE_ZERO
  addValue(isNegative ? -value : value, seen)
}
