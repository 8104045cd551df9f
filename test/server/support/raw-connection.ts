import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A TCP connection on which a test writes what no HTTP client would. */
export class RawConnection {
  received = ''
  readonly socket: Socket
  readonly #closed: Promise<void>

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.received += text
    })
    this.socket.on('error', () => {
      // A reset is one of the ways in which a server may end a conversation.
    })
    this.#closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    onTestFinished(() => void this.socket.destroy())
  }

  write(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** All that was received when the server has closed the connection. */
  async untilClosed(): Promise<string> {
    await this.#closed
    return this.received
  }

  /** All that was received when it holds what is looked for. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      await new Promise<void>((resolve, reject) => {
        this.socket.once('data', () => resolve())
        this.socket.once('close', () => reject(new Error(`closed after: ${this.received}`)))
      })
    }
    return this.received
  }
}

/** A request as text; the body's length is stated unless a header says otherwise. */
export function post(body: string, headers: readonly string[] = [`content-length: ${body.length}`]): string {
  const lines = ['POST /invocations HTTP/1.1', 'host: x', 'content-type: application/json', ...headers]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
