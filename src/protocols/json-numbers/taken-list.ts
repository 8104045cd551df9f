import type { NumberList } from './number-list.ts'
import type { WasmScan } from './wasm-scan.ts'

// Words of a record: assembly/list-records.ts.
const RECORD_WORDS = 16
const RANK = 0
const TRAITS = 1
const COUNT = 2
const START = 3
const BODY_START = 4
const BODY_END = 5
const SHAPE = 6

/** A list of a known skeleton: it reads the record of the body that was scanned last, so that a scan itself touches none. */
export class TakenList implements NumberList {
  readonly #scan: WasmScan
  readonly #record: number
  readonly #shape: number[] = []

  constructor(scan: WasmScan, place: number) {
    this.#scan = scan
    this.#record = scan.firstList + place * RECORD_WORDS
  }

  get rank(): number {
    return this.#word(RANK)
  }

  get shape(): readonly number[] {
    const shape = this.#shape
    const { rank } = this
    if (shape.length !== rank) shape.length = rank
    for (let depth = 0; depth < rank; depth++) shape[depth] = this.#word(SHAPE + depth)
    return shape
  }

  get count(): number {
    return this.#word(COUNT)
  }

  get start(): number {
    return this.#word(START)
  }

  get traits(): number {
    return this.#word(TRAITS)
  }

  /** Offset in the body of where it begins. */
  get bodyStart(): number {
    return this.#word(BODY_START)
  }

  get bodyEnd(): number {
    return this.#word(BODY_END)
  }

  #word(offset: number): number {
    return this.#scan.words[this.#record + offset] as number
  }
}
