/** By the five bits of the exponent (0 is that of subnormal numbers), the value of the last place of the fraction. */
const LAST_PLACE = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25))

/** The number that the bits of an IEEE 754 binary16 stand for (section 3.4 of the standard). */
export function halfNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  const magnitude =
    exponent === 0x1f
      ? fraction === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : (exponent === 0 ? fraction : fraction + 0x400) * (LAST_PLACE[exponent] ?? 0)
  return bits & 0x8000 ? -magnitude : magnitude
}
