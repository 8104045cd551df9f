import { isRecord } from '../../../core/record.ts'
import type { JsonObject } from './fast-path.ts'

const FORM = 'dataframe_split'
const NOTHING = Buffer.alloc(0)
/** In larger bodies the columns are next to nothing. */
const MOST_BYTES = 64 * 1024
/** Other bodies in a row after which the last one is learned: that takes as long as reading its columns twice. */
const MOST_OTHERS = 16
/** Two values that a body cannot have had by chance where its rows were. */
const PROBES = ['0', '[1]']

/**
 * What stands around the rows of `dataframe_split`: the same columns again and again, which take as long to read as
 * the numbers of a row. A body that begins and ends, byte for byte, as the one that was learned, and between has a JSON value,
 * is that body with other rows.
 */
export class KnownColumns {
  /** The frame without its rows. */
  #rest: JsonObject = {}
  #head = NOTHING
  #tail = NOTHING
  #others = MOST_OTHERS

  /** The frame as `JSON.parse` gives it, but for text beyond ASCII; undefined where the body is another one. */
  read(body: Uint8Array): JsonObject | undefined {
    const [head, tail] = [this.#head, this.#tail]
    const end = body.length - tail.length
    if (head.length === 0 || end <= head.length || body.length > MOST_BYTES) return undefined
    if (head.compare(body, 0, head.length) !== 0 || tail.compare(body, end) !== 0) return undefined
    const data = parsed(bufferOf(body).toString('latin1', head.length, end))
    if (data === undefined) return undefined
    this.#others = 0
    return { ...this.#rest, data }
  }

  /** @param text the body's, which the fast path could read. */
  learn(body: Uint8Array, text: string): void {
    this.#others += 1
    // Of another length it is not all ASCII, where a character is a byte.
    if (this.#others < MOST_OTHERS || body.length > MOST_BYTES || text.length !== body.length) return
    this.#others = 0
    const start = text.search(/\[\s*\[/)
    const end = text.lastIndexOf(']') + 1
    if (start < 0) return
    const [head, tail] = [text.slice(0, start), text.slice(end)]
    const [rest, again] = PROBES.map((probe) => frameBeside(head, probe, tail))
    if (rest === undefined || again === undefined) return
    this.#rest = rest
    this.#head = Buffer.from(head, 'latin1')
    this.#tail = Buffer.from(tail, 'latin1')
  }
}

/** What `head probe tail` has beside its rows, where that is a frame alone whose rows are the probe. */
function frameBeside(head: string, probe: string, tail: string): JsonObject | undefined {
  const body = parsed(head + probe + tail)
  if (!isRecord(body) || Object.keys(body).length !== 1) return undefined
  const frame = body[FORM]
  if (!isRecord(frame)) return undefined
  const { data, ...rest } = frame
  return JSON.stringify(data) === probe ? rest : undefined
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function bufferOf(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
