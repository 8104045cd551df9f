/** When one of several sides is measured. */
export interface Turn<Side> {
  readonly side: Side
  /** From 0. */
  readonly round: number
}

/** Each side once a round, so that a machine which gets slower or faster favours none: ABBA, ABBA; of three ABC CBA. */
export function interleaved<Side>(sides: readonly Side[], rounds: number): readonly Turn<Side>[] {
  return Array.from({ length: rounds }, (_, round) =>
    (round % 2 === 0 ? sides : sides.toReversed()).map((side) => ({ side, round })),
  ).flat()
}
