import { type ScannedBody, Skeleton } from './skeleton.ts'
import { TakenList } from './taken-list.ts'
import type { WasmScan } from './wasm-scan.ts'

/** What the module writes where it took a list out. JSON allows it nowhere. */
const MARK = '\u0001'
/** And where it took out the id. */
const ID_MARK = '\u0002'
/** An `i` or a `d` written otherwise: there may be another `id`, which counts. */
const ESCAPED_ID = '\\u006'
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A skeleton that the module remembers, with the lists of the body that had it last. */
export class KnownSkeleton implements ScannedBody {
  readonly skeleton: Skeleton
  readonly lists: readonly TakenList[]

  /** Undefined where no id was taken out. */
  readonly #idOf: WasmScan | undefined

  private constructor(skeleton: Skeleton, lists: readonly TakenList[], idOf: WasmScan | undefined) {
    this.skeleton = skeleton
    this.lists = lists
    this.#idOf = idOf
  }

  get id(): string | undefined {
    return this.#idOf?.id
  }

  /** Of the body that was scanned last. Undefined where it is no JSON, or no UTF-8. */
  static of(scan: WasmScan): KnownSkeleton | undefined {
    try {
      const hasId = scan.id !== undefined
      const pieces = DECODER.decode(scan.skeleton()).split(MARK)
      const text = withoutId(
        pieces.reduce((before, piece, i) => `${before}${i - 1}${piece}`),
        hasId,
      )
      // A mark more is one that a text of the body had.
      if (text === undefined || pieces.length !== scan.listCount + 1) return undefined
      const lists = pieces.slice(1).map((_, place) => new TakenList(scan, place))
      return new KnownSkeleton(new Skeleton(text), lists, hasId ? scan : undefined)
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return undefined
      throw error
    }
  }
}

/** With an empty text where the id was; undefined where it is not certain that this is the id which counts. */
function withoutId(text: string, hasId: boolean): string | undefined {
  const pieces = text.split(ID_MARK)
  if (pieces.length !== (hasId ? 2 : 1) || (hasId && text.includes(ESCAPED_ID))) return undefined
  return pieces.join('""')
}
