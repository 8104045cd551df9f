const SMALLEST_POWER = -342
const LARGEST_POWER = 308
/** From here on dividing by the power is exact enough with 128 bits, and must be: halfway cases may occur. */
const SMALLEST_TIE = -27
const WORD = (1n << 64n) - 1n

/**
 * The AssemblyScript module that src/protocols/json-numbers/assembly/decimal.ts imports: for each power of five that a double may need its
 * 128 leading bits, the upper word first (Lemire 2021, section 5).
 */
export function powersOfFiveModule(): string {
  const words: string[] = []
  for (let power = SMALLEST_POWER; power <= LARGEST_POWER; power++) {
    const bits =
      power < 0
        ? reciprocalBits(5n ** BigInt(-power), power >= SMALLEST_TIE)
        : leadingBits(5n ** BigInt(power))
    words.push(`0x${(bits >> 64n).toString(16)}`, `0x${(bits & WORD).toString(16)}`)
  }
  return `export const POWERS_OF_FIVE: usize = memory.data<u64>([${words.join(',')}])\n`
}

function leadingBits(value: bigint): bigint {
  const excess = BigInt(bitLength(value) - 128)
  return excess > 0n ? value >> excess : value << -excess
}

/** Of one divided by the value; rounded up at the last of the 128 bits, or at a later one and then cut off. */
function reciprocalBits(value: bigint, isRoundedAtLast: boolean): bigint {
  const length = bitLength(value)
  const scale = BigInt(isRoundedAtLast ? length + 127 : 2 * length + 128)
  return leadingBits((1n << scale) / value + 1n)
}

function bitLength(value: bigint): number {
  return value.toString(2).length
}
