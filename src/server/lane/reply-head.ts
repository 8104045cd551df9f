import { internalError } from '../../core/errors.ts'

const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** What would end a header's line, or is no character of HTTP at all (RFC 9110, section 5.5). */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

const SECOND_MS = 1000

const statusLines = new Map<number, string>()

/** What stands before the body of a reply, with the headers that node:http adds to its own. */
export class ReplyHead {
  readonly #keepAlive: string
  #second = -1
  #date = ''
  #staying = ''

  /** @param keepAliveTimeoutMs 0 where connections are kept for any time. */
  constructor(keepAliveTimeoutMs: number) {
    const seconds = Math.floor(keepAliveTimeoutMs / SECOND_MS)
    const limit = keepAliveTimeoutMs > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ''
    this.#keepAlive = `Connection: keep-alive\r\n${limit}\r\n`
  }

  /**
   * @param headers names and values in turn; what they say of the connection is said by `stays`
   * @param stays whether the connection is kept
   * @throws ServingError INTERNAL_ERROR where a header cannot be sent, which is a defect
   */
  text(status: number, headers: readonly string[], stays: boolean): string {
    let text = statusLine(status)
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] === 'connection') continue
      const value = headers[i + 1]!
      if (UNSENDABLE.test(value)) throw internalError(`This is a bug: '${headers[i]}' cannot be sent.`)
      text += `${headers[i]}: ${value}\r\n`
    }
    this.#turn()
    return text + (stays ? this.#staying : `${this.#date}Connection: close\r\n\r\n`)
  }

  #turn(): void {
    const second = Math.floor(Date.now() / SECOND_MS)
    if (second === this.#second) return
    this.#second = second
    this.#date = `Date: ${new Date(second * SECOND_MS).toUTCString()}\r\n`
    this.#staying = this.#date + this.#keepAlive
  }
}

function statusLine(status: number): string {
  let line = statusLines.get(status)
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
    statusLines.set(status, line)
  }
  return line
}
