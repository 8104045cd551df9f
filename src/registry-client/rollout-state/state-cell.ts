/** Where the text of a rollout's state is kept for all replicas. All methods throw what keeps them from it. */
export interface StateCell {
  /** For people: `the tag headrace.rollout.x of the model y`. */
  readonly title: string
  /** @returns undefined where nothing is kept */
  read(): Promise<string | undefined>
  /**
   * Replaces the text by what `choose` makes of it, or leaves it where that is undefined. `choose` may be called several times.
   * @returns the text that is there afterwards
   */
  update(choose: Choose): Promise<string | undefined>
  /** Calls `onChange` whenever the text may have changed, soon and later on, one call at a time. */
  watch(onChange: () => Promise<void>): { close(): void }
  close(): Promise<void>
}

export type Choose = (text: string | undefined) => string | undefined

interface Readable {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

/** As often may replicas overwrite each other before one of them leaves it to its next look. */
const MOST_ROUNDS = 5

/**
 * `update` for what has no transactions: read, write, read again, and once more where another replica's text is there that would be
 * replaced too. Two may still overwrite each other; each look of either mends that, as both choose alike.
 */
export async function updateByRereading(cell: Readable, choose: Choose): Promise<string | undefined> {
  let text = await cell.read()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const chosen = choose(text)
    if (chosen === undefined) return text
    await cell.write(chosen)
    text = await cell.read()
  }
  return text
}
