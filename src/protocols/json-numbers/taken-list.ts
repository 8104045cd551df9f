import type { NumberList } from './number-list.ts'

/** A list of a known skeleton, which each scan reads anew. */
export class TakenList implements NumberList {
  readonly shape: number[] = []
  count = 1
  start = 0
  traits = 0
  /** Offset in the body of where it begins. */
  bodyStart = 0
  bodyEnd = 0

  /**
   * @param words the scan's, from its record at `at`: assembly/list-records.ts.
   * @returns where the next record is.
   */
  read(words: Int32Array, at: number): number {
    const header = words[at] as number
    const rank = header & 0xff
    this.traits = header >> 8
    this.start = words[at + 1] as number
    this.bodyStart = words[at + 2] as number
    this.bodyEnd = words[at + 3] as number
    const { shape } = this
    if (shape.length !== rank) shape.length = rank
    let count = 1
    for (let depth = 0; depth < rank; depth++) {
      const length = words[at + 4 + depth] as number
      shape[depth] = length
      count *= length
    }
    this.count = count
    return at + 4 + rank
  }
}
