/**
 * Numbers from 0 up to, but not including, 1, the same ones for the same seed: a linear congruential generator
 * (Press et al., "Numerical Recipes", 3rd ed., 7.1), of which the upper bits are taken.
 */
export function seededNumbers(seed: number): () => number {
  let state = (seed ^ 0x2545f491) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}
