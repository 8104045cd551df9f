import { type Answer, MOST_KEPT } from './call.ts'
import type { PreparedRequest } from './prepared-request.ts'

type State = 'status' | 'header' | 'counted' | 'until-close' | 'size' | 'chunk-end' | 'trailer' | 'done'

/** With which a status begins (RFC 9112, section 4). */
const VERSION = 'HTTP/1.'
const MAX_LINE_LENGTH = 64 * 1024
/** Of an answer with another status than was expected: for an example. */
const EXAMPLE_LENGTH = 512

/** What of a request says how its answer is to be read. */
export type AskedRequest = Pick<PreparedRequest, 'headOnly' | 'expected'>

const NOTHING_ASKED: AskedRequest = { headOnly: false, expected: { status: 200 } }

/** What was received is no HTTP/1.1 answer. */
export class NotHttpError extends Error {
  override readonly name = 'NotHttpError'
}

/**
 * Reads answers of HTTP/1.1 (RFC 9112), one after the other, in whatever pieces they come: their status, where they
 * end, and the few headers that a load generator wants. Bodies are kept where they are to be checked or to be
 * shown, else counted and thrown away.
 */
export class ResponseParser implements Answer {
  readonly message = undefined
  status = 0
  /** Whether the connection can be used again. */
  keepAlive = true
  retryAfter: string | undefined
  location: string | undefined
  contentEncoding: string | undefined
  serverTiming: string | undefined
  /** Whether `serverTiming` is to be kept. */
  wantsTiming = false
  #state: State = 'done'
  #asked: AskedRequest = NOTHING_ASKED
  #line = ''
  /** Bytes of the body that are kept at most. */
  #keeps = 0
  #pieces: Buffer[] = []
  #kept = 0
  /** Of the pieces, those that are copies of what was pushed. */
  #copied = 0
  /** Bytes of the body, or of its chunk, still to come. */
  #left = 0
  #length: number | undefined
  #chunked = false

  /** An answer to this is to come. */
  begin(asked: AskedRequest): void {
    this.#asked = asked
    this.#line = ''
    if (this.#pieces.length > 0) this.#pieces = []
    this.#kept = 0
    this.#copied = 0
    this.#beginHead()
  }

  /** In the buffer that was pushed where it came in one piece. */
  get body(): Buffer | undefined {
    return this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : this.#pieces[0]
  }

  /**
   * @returns true when the answer is complete.
   * @throws NotHttpError where the bytes are none, or come without having been asked for.
   */
  push(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'done') throw new NotHttpError('Bytes after the end of an answer')
      if (this.#state === 'counted') at += this.#count(bytes, at)
      else if (this.#state === 'until-close') at += this.#keep(bytes, at, bytes.length)
      else at = this.#readLine(bytes, at)
    }
    if (this.#state === 'done') return true
    // What is pushed next may be in the same memory.
    for (; this.#copied < this.#pieces.length; this.#copied += 1) {
      this.#pieces[this.#copied] = Buffer.from(this.#pieces[this.#copied]!)
    }
    return false
  }

  /** The connection has been closed by the other side. @returns whether that ends an answer as it may end. */
  end(): boolean {
    if (this.#state !== 'until-close') return false
    this.#state = 'done'
    return true
  }

  #beginHead(): void {
    this.#state = 'status'
    this.retryAfter = undefined
    this.location = undefined
    this.contentEncoding = undefined
    this.serverTiming = undefined
    this.#length = undefined
    this.#chunked = false
  }

  #count(bytes: Buffer, from: number): number {
    const taken = Math.min(bytes.length - from, this.#left)
    this.#keep(bytes, from, from + taken)
    this.#left -= taken
    if (this.#left === 0) this.#state = this.#chunked ? 'chunk-end' : 'done'
    return taken
  }

  /** @returns how many bytes these are. */
  #keep(bytes: Buffer, from: number, to: number): number {
    if (this.#kept < this.#keeps) {
      const piece = bytes.subarray(from, Math.min(to, from + this.#keeps - this.#kept))
      this.#pieces.push(piece)
      this.#kept += piece.length
    }
    return to - from
  }

  #readLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(10, from)
    const piece = bytes.toString('latin1', from, end < 0 ? bytes.length : end)
    this.#line = this.#line === '' ? piece : this.#line + piece
    if (this.#line.length > MAX_LINE_LENGTH) throw new NotHttpError('A line of an answer is too long')
    if (end < 0) {
      // Whoever speaks something else may wait for more, and never end a line.
      if (this.#state === 'status' && !isBeginning(this.#line))
        throw new NotHttpError('An answer begins without a version')
      return bytes.length
    }
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line
    this.#line = ''
    this.#onLine(line)
    return end + 1
  }

  #onLine(line: string): void {
    if (this.#state === 'header') {
      if (line === '') this.#endHead()
      else this.#onHeader(line)
    } else if (this.#state === 'status') {
      this.#onStatus(line)
    } else if (this.#state === 'size') {
      this.#onChunkSize(line)
    } else if (this.#state === 'chunk-end') {
      if (line !== '') throw new NotHttpError('A chunk is longer than it says')
      this.#state = 'size'
    } else if (line === '') {
      this.#state = 'done'
    }
  }

  #onStatus(line: string): void {
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(line) ?? []
    if (status === undefined) throw new NotHttpError('An answer begins without a status')
    this.status = Number(status)
    this.keepAlive = minor === '1'
    this.#state = 'header'
  }

  #onHeader(line: string): void {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new NotHttpError('A header has no name')
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, colon).toLowerCase()) {
      case 'content-length':
        if (!/^\d{1,15}$/.test(value)) throw new NotHttpError('A length is no number')
        this.#length = Number(value)
        break
      case 'transfer-encoding':
        this.#chunked = /(^|,)\s*chunked$/i.test(value)
        break
      case 'connection':
        if (/(^|,)\s*close\s*(,|$)/i.test(value)) this.keepAlive = false
        else if (/(^|,)\s*keep-alive\s*(,|$)/i.test(value)) this.keepAlive = true
        break
      case 'retry-after':
        this.retryAfter = value
        break
      case 'location':
        this.location = value
        break
      case 'content-encoding':
        this.contentEncoding = joined(this.contentEncoding, value)
        break
      case 'server-timing':
        if (this.wantsTiming) this.serverTiming = joined(this.serverTiming, value)
        break
    }
  }

  /** What follows the head, by RFC 9112, section 6.3. */
  #endHead(): void {
    const { headOnly, expected } = this.#asked
    if (this.status !== expected.status) this.#keeps = EXAMPLE_LENGTH
    else this.#keeps = expected.check === undefined ? 0 : MOST_KEPT
    if (this.status === 101) throw new NotHttpError('An answer changes the protocol')
    if (this.status < 200) this.#beginHead()
    else if (headOnly || this.status === 204 || this.status === 304) this.#state = 'done'
    else if (this.#chunked) this.#state = 'size'
    else if (this.#length === undefined) {
      this.keepAlive = false
      this.#state = 'until-close'
    } else {
      this.#left = this.#length
      this.#state = this.#left === 0 ? 'done' : 'counted'
    }
  }

  #onChunkSize(line: string): void {
    const [, size] = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line) ?? []
    if (size === undefined) throw new NotHttpError('A chunk has no size')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'counted'
  }
}

/** Whether a line may be that of a status. */
function isBeginning(line: string): boolean {
  return line.startsWith(VERSION.slice(0, line.length))
}

/** A header that comes twice is one list (RFC 9110, section 5.3). */
function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`
}
