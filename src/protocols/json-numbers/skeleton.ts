import type { NumberList } from './number-list.ts'

/**
 * A body without its numbers: each number, and each regular list of numbers, `true`, `false` and `null`, is replaced by its place among
 * those of the body. `{"inputs":[[1,2],[3,4]],"params":{"k":5}}` is `{"inputs":0,"params":{"k":1}}`. A plain text that the body has as `id` is empty:
 * clients give each request another one.
 *
 * The same text gives the same object while the scanner remembers it, so that plans can be kept by it in a WeakMap.
 */
export class Skeleton {
  readonly text: string
  /** What `JSON.parse` makes of the text: each number in it is the place of a list in `ScannedBody.lists`. Not to be changed. */
  readonly value: unknown

  /** @throws SyntaxError for what is no JSON. */
  constructor(text: string) {
    this.text = text
    this.value = JSON.parse(text)
  }
}

/** A body taken apart. Valid until the next scan of its scanner, the skeleton for ever. */
export interface ScannedBody {
  readonly skeleton: Skeleton
  readonly lists: readonly NumberList[]
  /** The text of `id` where it was taken out; undefined where the skeleton has whatever the body has. */
  readonly id: string | undefined
}
