import { type ScannedBody, Skeleton } from './skeleton.ts'
import { TakenList } from './taken-list.ts'

/** A skeleton that the module remembers, with the lists of the body that had it last. */
export class KnownSkeleton implements ScannedBody {
  readonly skeleton: Skeleton
  readonly lists: readonly TakenList[]

  /** @throws SyntaxError for what is no JSON. */
  constructor(text: string, listCount: number) {
    this.skeleton = new Skeleton(text)
    this.lists = Array.from({ length: listCount }, () => new TakenList())
  }

  /** Reads the lists of the body that was scanned last. */
  read(words: Int32Array, firstList: number): this {
    const { lists } = this
    let at = firstList
    for (let i = 0; i < lists.length; i++) at = (lists[i] as TakenList).read(words, at)
    return this
  }
}
