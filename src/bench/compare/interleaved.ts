/**
 * In which order several sides are measured so that a machine which gets slower or faster favours none: ABBA, ABBA; of
 * three ABC CBA.
 * @returns places of sides, each `rounds` times
 */
export function interleaved(sides: number, rounds: number): readonly number[] {
  const order = Array.from({ length: sides }, (_, side) => side)
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? order : order.toReversed())).flat()
}
