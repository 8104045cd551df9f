import { type ScannedBody, Skeleton } from './skeleton.ts'
import { TakenList } from './taken-list.ts'
import type { WasmScan } from './wasm-scan.ts'

/** What the module writes where it took a list out. JSON allows it nowhere. */
const MARK = '\u0001'
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A skeleton that the module remembers, with the lists of the body that had it last. */
export class KnownSkeleton implements ScannedBody {
  readonly skeleton: Skeleton
  readonly lists: readonly TakenList[]

  private constructor(skeleton: Skeleton, lists: readonly TakenList[]) {
    this.skeleton = skeleton
    this.lists = lists
  }

  /** Of the body that was scanned last. Undefined where it is no JSON, or no UTF-8. */
  static of(scan: WasmScan): KnownSkeleton | undefined {
    try {
      const pieces = DECODER.decode(scan.skeleton()).split(MARK)
      // A mark more is one that a text of the body had.
      if (pieces.length !== scan.listCount + 1) return undefined
      const text = pieces.reduce((before, piece, i) => `${before}${i - 1}${piece}`)
      const lists = pieces.slice(1).map((_, place) => new TakenList(scan, place))
      return new KnownSkeleton(new Skeleton(text), lists)
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return undefined
      throw error
    }
  }
}
