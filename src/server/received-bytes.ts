const FIRST_CAPACITY = 64 * 1024
const SHARED_FROM_BYTES = 1024 * 1024
/** The length that was announced is believed up to so many times what has come: memory not written to costs nothing. */
const BELIEVED_TIMES = 16

/** Of the largest element of a tensor: where its bytes begin at a multiple, an array can lie on them. */
const ALIGNMENT = 8

const NOTHING = Buffer.alloc(0)

/**
 * The bytes received so far. A body that came as one chunk is that chunk; more of them are copied together at
 * once, since a list of them would let a client of one-byte chunks fill the heap with a hundred bytes for each.
 */
export class ReceivedBytes {
  length = 0
  readonly #announced: number
  readonly #lead: number
  #buffer: Buffer = NOTHING

  /**
   * @param announced how many bytes there will be; 0 where nobody knows.
   * @param headLength bytes before the first tensor, which is laid where an array can use it without a copy.
   */
  constructor(announced: number, headLength = 0) {
    this.#announced = announced
    this.#lead = (ALIGNMENT - (headLength % ALIGNMENT)) % ALIGNMENT
  }

  append(chunk: Buffer): void {
    const end = this.length + chunk.length
    if (this.length === 0) this.#buffer = chunk
    else this.#copyIn(chunk, end)
    this.length = end
  }

  bytes(): Buffer {
    return this.#isFull ? this.#buffer : this.#buffer.subarray(0, this.length)
  }

  #copyIn(chunk: Buffer, end: number): void {
    if (this.#isFull || end > this.#buffer.length) this.#grow(end)
    this.#buffer.set(chunk, this.length)
  }

  /** The first chunk is the socket's memory, full to its end. */
  get #isFull(): boolean {
    return this.#buffer.length === this.length
  }

  /**
   * To what was announced, once a good part of that many bytes is really there; doubles until then. Each copy that is
   * outgrown is garbage, and collecting that is most of what large bodies cost.
   */
  #grow(end: number): void {
    const doubled = Math.max(end, FIRST_CAPACITY, this.#buffer.length * 2)
    const isBelieved = this.#announced >= end && this.#announced <= end * BELIEVED_TIMES
    const capacity = isBelieved ? this.#announced : doubled
    const larger = allocate(this.#lead + capacity).subarray(this.#lead)
    larger.set(this.bytes())
    this.#buffer = larger
  }
}

/** A large body lies in memory that a worker thread can read too, which need not be copied once more then. */
function allocate(bytes: number): Buffer {
  return bytes < SHARED_FROM_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.from(new SharedArrayBuffer(bytes))
}
