/** Eight bytes that are each below ten. */
const ALL_ZERO_DIGITS: u64 = 0x3030303030303030
const HIGH_BITS: u64 = 0x8080808080808080
/** Carries into the high bit of a byte above nine. */
const ABOVE_NINE: u64 = 0x7676767676767676

const POWERS_OF_TEN = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000])

/** A bit for each of the eight bytes that is no digit: the lowest for certain, those above it may be wrong. 0 where all are digits. */
export function otherBytes(eight: u64): u64 {
  const distance = eight ^ ALL_ZERO_DIGITS
  return ((distance + ABOVE_NINE) | distance) & HIGH_BITS
}

/** How many digits stand before the first of other bytes. */
export function digitsBefore(others: u64): u32 {
  return <u32>ctz(others) >> 3
}

/** `digits` with eight more behind them. */
export function appendEight(digits: u64, eight: u64): u64 {
  return digits * 100000000 + numberOf(eight ^ ALL_ZERO_DIGITS)
}

/** `digits` with the first `count` of the eight bytes behind them, 0 to 7. */
export function appendDigits(digits: u64, eight: u64, count: u32): u64 {
  // In two steps, since a shift by 64 is one by 0.
  const half = 32 - (count << 2)
  const last = ((eight ^ ALL_ZERO_DIGITS) << half) << half
  return digits * load<u64>(POWERS_OF_TEN + ((<usize>count) << 3)) + numberOf(last)
}

/** Of eight digits, the first in the lowest byte: two, then four, then eight at a time. */
function numberOf(digits: u64): u64 {
  digits = digits * 10 + (digits >> 8)
  const low = (digits & 0x000000ff000000ff) * (100 + (1000000 << 32))
  const high = ((digits >> 16) & 0x000000ff000000ff) * (1 + (10000 << 32))
  return (low + high) >> 32
}
