/** Up to this power of ten doubles are exact. */
export const LARGEST_EXACT_POWER = 22
const MOST = 315

/** Powers of ten, each the nearest double; the inexact ones 0 until `decimalPower` was asked for them. */
export const POWERS = new Float64Array(MOST + 1)
for (let exponent = 0; exponent <= LARGEST_EXACT_POWER; exponent += 1) decimalPower(exponent)

/** @param exponent from 0 to 308. */
export function decimalPower(exponent: number): number {
  if (POWERS[exponent] === 0) POWERS[exponent] = Number(`1e${exponent}`)
  return POWERS[exponent]!
}
