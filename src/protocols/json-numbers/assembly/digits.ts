/** Eight bytes that are each below ten. */
const ALL_ZERO_DIGITS: u64 = 0x3030303030303030
const HIGH_BITS: u64 = 0x8080808080808080
/** Carries into the high bit of a byte above nine. */
const ABOVE_NINE: u64 = 0x7676767676767676

const POWERS_OF_TEN = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000])

/** How many digits the eight bytes begin with. */
export function leadingDigits(eight: u64): u32 {
  const distance = eight ^ ALL_ZERO_DIGITS
  return <u32>(ctz(((distance + ABOVE_NINE) | distance) & HIGH_BITS) >> 3)
}

/** `digits` with `count` of the eight bytes behind them, 0 to 8. */
export function appendDigits(digits: u64, eight: u64, count: u32): u64 {
  return digits * load<u64>(POWERS_OF_TEN + ((<usize>count) << 3)) + numberOf(eight, count)
}

/** The first `count` bytes as a number: two, then four, then eight digits at a time. */
function numberOf(eight: u64, count: u32): u64 {
  // In two steps, since a shift by 64 is one by 0.
  const half = 32 - (count << 2)
  let digits = ((eight ^ ALL_ZERO_DIGITS) << half) << half
  digits = digits * 10 + (digits >> 8)
  const low = (digits & 0x000000ff000000ff) * (100 + (1000000 << 32))
  const high = ((digits >> 16) & 0x000000ff000000ff) * (1 + (10000 << 32))
  return (low + high) >> 32
}
