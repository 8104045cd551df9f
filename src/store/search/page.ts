/** A part of what a search found. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** For the next part; undefined where this is the last one. */
  readonly nextPageToken: string | undefined
}
