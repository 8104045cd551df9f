/** Behind the last value. */
export let valuesEnd: usize = 0
/** What was seen since it was last cleared: bits of traits.ts. */
export let seenTraits: u32 = 0

export function addValue(value: f64, traits: u32): void {
  store<f64>(valuesEnd, value)
  valuesEnd += 8
  seenTraits |= traits
}

/** Values from here on are forgotten. */
export function startValues(at: usize): void {
  valuesEnd = at
  seenTraits = 0
}
