import type { Dispatcher } from 'undici'
import { internalError, resourceExhausted, unreachable } from '../core/errors.ts'
import { type Asked, connectionFailure } from './connection-failure.ts'

/**
 * What a body has time for, in time-outs: a text for all of itself, a file for its next `LEAST_BYTES`. One that sends
 * a byte now and then never stops for the time-out, and would keep us for ever.
 */
const MOST_TIMEOUTS = 3
const LEAST_BYTES = 1024

/** An HTTP answer whose body is still to be read, or to be discarded. */
export class Answer {
  readonly status: number
  /** Names in small letters; of a header that came several times, all values, joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly #body: Dispatcher.ResponseData['body']
  readonly #asked: Asked

  constructor({ statusCode, headers, body }: Dispatcher.ResponseData, asked: Asked) {
    this.status = statusCode
    this.headers = joined(headers)
    this.#body = body
    this.#asked = asked
  }

  /** Without credentials. */
  get url(): string {
    return this.#asked.url
  }

  /** Of the body, where the answer says so. (RFC 9110, section 8.6) */
  get contentLength(): number | undefined {
    const text = this.headers['content-length']
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }

  /**
   * The body as it comes.
   * @throws ServingError `unreachable` where it ends before its length, breaks off, stops for the time-out, or all
   *   but stops
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    let bytesBefore = 0
    const watch = setInterval(() => {
      if (bytes - bytesBefore < LEAST_BYTES) this.#giveUp('all but stopped for')
      bytesBefore = bytes
    }, this.#longestMs)
    try {
      for await (const chunk of this.#body) {
        if (!(chunk instanceof Uint8Array)) throw internalError('this is a bug: a body that is no bytes')
        bytes += chunk.byteLength
        yield chunk
      }
    } catch (cause) {
      throw connectionFailure(cause, this.#asked)
    } finally {
      clearInterval(watch)
    }
    const expected = this.contentLength
    if (expected === undefined || bytes === expected) return
    throw unreachable(`${this.url} sent ${bytes} bytes in place of ${expected}`, {
      details: { url: this.url },
    })
  }

  /**
   * All of the body.
   * @throws ServingError RESOURCE_EXHAUSTED where it has more than `maxBytes`, `unreachable` where it takes too
   *   long
   */
  async text(maxBytes: number): Promise<string> {
    const { text, whole } = await this.#read(maxBytes)
    if (whole) return text
    throw resourceExhausted(`${this.url} answered with more than ${maxBytes} bytes`)
  }

  /** As much of the text as there is within `maxBytes`, also where the body breaks off. */
  async beginning(maxBytes: number): Promise<string> {
    try {
      return (await this.#read(maxBytes)).text
    } catch {
      return ''
    }
  }

  /** Gives up the rest of the body, and its connection. */
  discard(): void {
    this.#body.on('error', () => {}).destroy()
  }

  async #read(maxBytes: number): Promise<{ text: string; whole: boolean }> {
    const parts: Uint8Array[] = []
    let bytes = 0
    const late = setTimeout(() => this.#giveUp('did not come to an end within'), this.#longestMs)
    try {
      for await (const chunk of this.chunks()) {
        parts.push(chunk)
        bytes += chunk.byteLength
        if (bytes > maxBytes) return { text: textOf(parts).slice(0, maxBytes), whole: false }
      }
    } finally {
      clearTimeout(late)
    }
    return { text: textOf(parts), whole: true }
  }

  /** Ends the body with an error for whoever reads it. */
  #giveUp(what: string): void {
    const reason = `the answer ${what} ${this.#longestMs / 1000} s`
    this.#body.destroy(unreachable(`${this.url} does not answer: ${reason}`, { details: { url: this.url } }))
  }

  get #longestMs(): number {
    return MOST_TIMEOUTS * this.#asked.timeoutMs
  }
}

function textOf(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('utf8')
}

function joined(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return Object.fromEntries(entries) as Record<string, string>
}
