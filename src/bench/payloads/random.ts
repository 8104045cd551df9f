/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

/** A whole number of `least` to `most`, both included. */
export function wholeNumber(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

/** One of several. */
export function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0]
}

/** The choices as a list that has some, or undefined. */
export function several<T>(choices: readonly T[]): readonly [T, ...T[]] | undefined {
  const [first, ...more] = choices
  return first === undefined ? undefined : [first, ...more]
}
