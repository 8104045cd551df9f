import type { LaneHead, LaneRoutes } from './lane-head.ts'
import { CHANGING_HEADERS, readHead } from './read-head.ts'

const HEAD_END = Buffer.from('\r\n\r\n')

/** The lane's own bound; a larger head is rare, and node:http has another bound for it. */
const MOST_HEAD_BYTES = 8 * 1024

/** One for each client and each length of its bodies. */
const MOST_KNOWN = 1024
/** All that are known take 3 MB at most. */
const MOST_KNOWN_BYTES = 1024

/** The heads that were read, by their text: clients send the same one again and again. */
export class HeadTable {
  readonly #routes: LaneRoutes
  readonly #mostBytes: number
  readonly #changing: readonly string[]
  readonly #known = new Map<string, LaneHead>()

  /**
   * @param headerBytes the server's own bound of a head.
   * @param keyHeaders of which each user has another value.
   */
  constructor(routes: LaneRoutes, headerBytes: number, keyHeaders: readonly string[] = []) {
    this.#changing = [...CHANGING_HEADERS, ...keyHeaders]
    this.#routes = routes
    this.#mostBytes = Math.min(MOST_HEAD_BYTES, headerBytes)
  }

  /**
   * The head that these bytes begin with; undefined where they begin with none that the lane takes.
   * @param last the head of the request before.
   */
  find(bytes: Buffer, last: LaneHead | undefined): LaneHead | undefined {
    if (last !== undefined && beginsWith(bytes, last.octets)) return last
    const end = bytes.indexOf(HEAD_END) + HEAD_END.length
    if (end < HEAD_END.length || end > this.#mostBytes) return undefined
    const text = bytes.toString('latin1', 0, end)
    return this.#known.get(text) ?? this.#read(text)
  }

  #read(text: string): LaneHead | undefined {
    const head = readHead(text, this.#routes, this.#changing)
    if (head?.recurs === true && text.length <= MOST_KNOWN_BYTES) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear()
      this.#known.set(text, head)
    }
    return head
  }
}

/** No empty line is sought: what was the end of a head is the end of one that is equal. */
function beginsWith(bytes: Buffer, octets: Buffer): boolean {
  const { length } = octets
  return bytes.length >= length && bytes.compare(octets, 0, length, 0, length) === 0
}
