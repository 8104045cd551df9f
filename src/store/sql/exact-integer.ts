/** A bigint as a number where that is exact; anything else as it is. */
export function exactInteger<Value>(value: Value): Value | number {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
