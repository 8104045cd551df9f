import { badRequest, type ServingError } from '../../../core/errors.ts'
import { ReceivedBytes } from '../../received-bytes.ts'

/** Before each message: whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const PREFIX_BYTES = 5

export interface MessageSink {
  /** @param message may be a view of what was received, and stays as it is. */
  message(message: Buffer, compressed: boolean): void
  /** The rest is not read. */
  refused(error: ServingError | 'too large'): void
}

/**
 * Finds the messages in what comes over a stream. One that comes in one piece is given as it is. Stops between two
 * messages when told to, also where more of them have been received already.
 */
export class MessageReader {
  readonly #sink: MessageSink
  readonly #maxBytes: number
  readonly #prefix = Buffer.alloc(PREFIX_BYTES)
  #prefixLength = 0
  #body: ReceivedBytes | undefined
  #bodyLength = 0
  /** Received, and not looked at. */
  #rest: Buffer | undefined
  #paused = false
  #over = false

  constructor(sink: MessageSink, maxBytes: number) {
    this.#sink = sink
    this.#maxBytes = maxBytes
  }

  /** A message has begun, or waits to be looked at. */
  get isAmidst(): boolean {
    return this.#prefixLength > 0 || this.#body !== undefined || this.#rest !== undefined
  }

  get isPaused(): boolean {
    return this.#paused
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#go()
  }

  pause(): void {
    this.#paused = true
  }

  /** The rest is not looked at, also of what was received already. */
  stop(): void {
    this.#over = true
    this.#rest = undefined
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#go()
  }

  #go(): void {
    while (this.#rest !== undefined && !this.#paused && !this.#over) {
      const chunk = this.#rest
      this.#rest = undefined
      const used = this.#body === undefined ? this.#readPrefix(chunk) : this.#readBody(this.#body, chunk)
      if (used < chunk.length && !this.#over) this.#keep(chunk.subarray(used))
    }
  }

  /** Whoever was told of a message may have pushed more meanwhile: it comes after this. */
  #keep(rest: Buffer): void {
    this.#rest = this.#rest === undefined ? rest : Buffer.concat([rest, this.#rest])
  }

  /** @returns how many bytes of the chunk it took. */
  #readPrefix(chunk: Buffer): number {
    if (this.#prefixLength === 0 && chunk.length >= PREFIX_BYTES) return this.#begin(chunk, 0, chunk)
    const used = Math.min(chunk.length, PREFIX_BYTES - this.#prefixLength)
    chunk.copy(this.#prefix, this.#prefixLength, 0, used)
    this.#prefixLength += used
    if (this.#prefixLength < PREFIX_BYTES) return used
    return this.#begin(this.#prefix, used - PREFIX_BYTES, chunk)
  }

  /** @param before where the message's prefix begins in the chunk, which is before it where it came in parts. */
  #begin(prefix: Buffer, before: number, chunk: Buffer): number {
    const flag = prefix[0]!
    const length = prefix.readUInt32BE(1)
    this.#prefix[0] = flag
    this.#prefixLength = PREFIX_BYTES
    if (flag > 1)
      return this.#refuse(badRequest(`A message begins with the byte ${flag}, not 0 or 1.`), chunk)
    if (length > this.#maxBytes) return this.#refuse('too large', chunk)
    const from = before + PREFIX_BYTES
    if (chunk.length - from >= length) {
      this.#give(chunk.subarray(from, from + length))
      return from + length
    }
    this.#body = new ReceivedBytes(length)
    this.#bodyLength = length
    return from
  }

  #readBody(body: ReceivedBytes, chunk: Buffer): number {
    const used = Math.min(chunk.length, this.#bodyLength - body.length)
    body.append(used < chunk.length ? chunk.subarray(0, used) : chunk)
    if (body.length === this.#bodyLength) {
      this.#body = undefined
      this.#give(body.bytes())
    }
    return used
  }

  #give(message: Buffer): void {
    this.#prefixLength = 0
    this.#sink.message(message, this.#prefix[0] === 1)
  }

  #refuse(error: ServingError | 'too large', chunk: Buffer): number {
    this.stop()
    this.#sink.refused(error)
    return chunk.length
  }
}

/** Fills the room in front of a message, which is not compressed. */
export function prefixed(message: Buffer): Buffer {
  message[0] = 0
  message.writeUInt32BE(message.length - PREFIX_BYTES, 1)
  return message
}
