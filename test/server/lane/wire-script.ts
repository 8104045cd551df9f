import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { ONE_ROW } from '../support/running.ts'

/** What a client writes over one connection. */
export interface WireScript {
  /** So many ordinary requests first, each after the answer to the one before. */
  readonly ordinary: number
  /** The request in question, in the pieces in which it is written. */
  readonly pieces: readonly string[]
  /** Milliseconds between two pieces; 0: as soon as the first is with the system. */
  readonly gapMs: number
}

export const HOST = 'Host: x'
export const JSON_TYPE = 'Content-Type: application/json'
const LENGTH = `Content-Length: ${ONE_ROW.length}`

/** Header lines that replace or follow those of an ordinary request. */
const LENGTHS = [
  ...[LENGTH, 'content-length:26', 'Content-Length:  26', 'Content-Length: 26 ', 'Content-Length:\t26'],
  ...['Content-Length : 26', ' Content-Length: 26', 'Content-Length: +26', 'Content-Length: 026'],
  ...['Content-Length: 26, 26', 'Content-Length: 0x1a', 'Content-Length: 2 6', 'Content-Length: -1'],
  ...['Content-Length: 26.0', 'Content-Length: 2.6e1', 'Content-Length:', 'Content-Length: 0'],
  ...['Content-Length: 12', 'Content-Length: 27', 'Content-Length: 99999999999999999999'],
  ...['Content-Length: 26\r\nContent-Length: 26', 'Content-Length: 26\r\nContent-Length: 12'],
  ...['Content-Length: 12\r\nContent-Length: 26', 'Content-Length: 26\0', 'Content-Length: 26\r\n\t'],
  ...['Content-Length: 26\nX: y', 'Content-Length: 26\rX: y', 'Content_Length: 26', 'X-Nothing: 1'],
]

const ENCODINGS = [
  ...['Transfer-Encoding: chunked', 'transfer-encoding:chunked', 'Transfer-Encoding: identity'],
  ...['Transfer-Encoding: chunked, identity', 'Transfer-Encoding: xchunked', 'Transfer-Encoding : chunked'],
  ...['Transfer-Encoding:\tchunked', 'Transfer-Encoding:\r\n chunked', ' Transfer-Encoding: chunked'],
  ...['Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', 'X: y\nTransfer-Encoding: chunked'],
  ...['Transfer-Encoding: "chunked"', 'Transfer-Encoding: CHUNKED', 'TE: trailers', 'Trailer: x'],
]

const OTHERS = [
  ...['Connection: keep-alive', 'Connection: Keep-Alive', 'Connection: close', 'Connection: x, keep-alive'],
  ...['Connection: upgrade\r\nUpgrade: h2c', 'Upgrade: websocket', 'Keep-Alive: timeout=1', 'Expect: 200-ok'],
  ...['Expect: 100-continue', 'Proxy-Connection: keep-alive', 'Host: y', 'X-Request-Id: abc'],
  ...['X-Request-Id: a\r\n b', 'X-Request-Id:', 'X-Request-Id: a\0b', 'X-Request-Id: \xe4', 'X Y: z', 'X'],
  ...[
    ': x',
    'X\xe4: y',
    'X: y\x7f',
    'X: \t y \t',
    'X(y): z',
    '__proto__: x',
    'constructor: x',
    'Set-Cookie: a=b',
  ],
  ...['Accept-Encoding: gzip', 'Accept-Encoding: gzip\r\nAccept-Encoding: br', 'Content-Encoding: gzip'],
  ...['Content-Encoding: br', 'Origin: http://a.example', 'X-Headrace-Timeout-Ms: 5000'],
  ...['X-Headrace-Timeout-Ms: x', 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'],
  ...['Cookie: a=b\r\nCookie: c=d', 'X-Api-Key: secret', 'X-Api-Key: secret\r\nX-Api-Key: other'],
  ...[
    'Content-Type: text/plain',
    `X: ${'y'.repeat(9000)}`,
    `X: ${'y'.repeat(20_000)}`,
    `${'X:y\r\n'.repeat(300)}Z: z`,
  ],
]

const HOSTS = [HOST, HOST, HOST, 'host: x', 'HOST:x', 'X-Host: x', 'Host:', 'Host: x\r\nHost: x', 'Host: x y']
const TYPES = [JSON_TYPE, JSON_TYPE, 'Content-Type: text/html', 'X: y', `${JSON_TYPE}\r\n${JSON_TYPE}`]

const TARGETS = [
  ...['/invocations', '/invocations', '/models/sums/invocations', '/models/sums/versions/3/invocations'],
  ...['/models/sums/versions/9/invocations', '/models/none/invocations', '/v2/models/sums/infer'],
  ...['/v1/models/sums:predict', '/v1/models/sums/versions/3:predict', '/v1/models/sums', '/ping'],
  ...['/invocations/', '/invocations?a=b', '/invocations#a', '/%69nvocations', 'http://x/invocations', '*'],
  ...[
    '/models/%73ums/invocations',
    '/models/../invocations',
    '//invocations',
    '/invocations /x',
    '/\xe4',
    '',
  ],
]

const LINES: readonly ((target: string) => string)[] = [
  ...Array.from({ length: 4 }, () => (target: string) => `POST ${target} HTTP/1.1`),
  ...[(target: string) => `POST ${target} HTTP/1.0`, (target: string) => `POST ${target} HTTP/1.2`],
  ...[(target: string) => `post ${target} HTTP/1.1`, (target: string) => `GET ${target} HTTP/1.1`],
  ...[(target: string) => `POST  ${target} HTTP/1.1`, (target: string) => `POST ${target} HTTP/1.1 `],
  ...[(target: string) => `\r\nPOST ${target} HTTP/1.1`, (target: string) => `POST\t${target} HTTP/1.1`],
  ...[(target: string) => `POST ${target}`, (target: string) => `OPTIONS ${target} HTTP/1.1`],
  ...[(target: string) => `POST ${target} http/1.1`, (target: string) => `PRI ${target} HTTP/2.0`],
]

const BODIES = [
  ONE_ROW,
  ONE_ROW,
  '{"inputs": [[1, 2, 3, x4]]}',
  `1a\r\n${ONE_ROW}\r\n0\r\n\r\n`,
  '0\r\n\r\n',
  '',
]

const ODD = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 2, arbitrary: fc.constantFrom(...ENCODINGS).map((line) => [line]) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...OTHERS), { minLength: 1, maxLength: 2 }) },
)

const USUAL_LENGTH = fc.constant(LENGTH)

/** A request that is odd in one way or two, or not at all. */
const request = fc
  .record({
    line: fc.constantFrom(...LINES),
    target: fc.constantFrom(...TARGETS),
    host: fc.constantFrom(...HOSTS),
    type: fc.constantFrom(...TYPES),
    length: fc.oneof(USUAL_LENGTH, USUAL_LENGTH, fc.constantFrom(...LENGTHS)),
    others: ODD,
    body: fc.constantFrom(...BODIES),
    lineEnd: fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n'),
  })
  .map(({ line, target, host, type, length, others, body, lineEnd }) => {
    const head = [line(target), host, type, length, ...others].join(lineEnd)
    return `${head}${lineEnd}${lineEnd}${body}`
  })

export const script: fc.Arbitrary<WireScript> = fc
  .record({
    text: request,
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
    ordinary: fc.integer({ min: 0, max: 2 }),
    gapMs: fc.constantFrom(0, 0, 0, 5, 230),
  })
  .map(({ text, cuts, ordinary, gapMs }) => ({ ordinary, gapMs, pieces: cutAt(text, cuts) }))

function cutAt(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * text.length)).sort((a, b) => a - b), text.length]
  return at
    .slice(1)
    .map((end, index) => text.slice(at[index], end))
    .filter((piece) => piece !== '')
}

export const ORDINARY = `POST /invocations HTTP/1.1\r\n${HOST}\r\n${JSON_TYPE}\r\n${LENGTH}\r\n\r\n${ONE_ROW}`
/** Ends the conversation, where it has not ended yet. */
const LAST = `GET /ping HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`

const ANSWER = /^HTTP\/1\.1 (?!100)(\d+)[\s\S]*?\r\n\r\n/
const PATIENCE_MS = 600

/** Plays a script. @returns the answers in their order, without what differs each time. */
export async function play(port: number, { ordinary, pieces, gapMs }: WireScript): Promise<string[]> {
  const conversation = new Conversation(port)
  for (let n = 0; n < ordinary; n += 1) {
    conversation.write(ORDINARY)
    await conversation.answer()
  }
  for (const piece of pieces) {
    conversation.write(piece)
    await delay(gapMs)
  }
  await Promise.race([conversation.answer(), delay(PATIENCE_MS)])
  conversation.write(LAST)
  return answersIn(normalised(await conversation.whole()))
}

class Conversation {
  #received = ''
  #read = 0
  #told = (): void => {}
  #closed = false
  readonly #socket: Socket

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => {
      this.#received += text
      this.#told()
    })
    this.#socket.on('error', () => {
      // A reset is an end.
    })
    this.#socket.on('close', () => {
      this.#closed = true
      this.#told()
    })
  }

  write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1')
  }

  /** The next whole answer is there, or the connection is closed. */
  async answer(): Promise<void> {
    for (;;) {
      const match = ANSWER.exec(this.#received.slice(this.#read))
      const length = /content-length: (\d+)/i.exec(match?.[0] ?? '')?.[1]
      const end = this.#read + (match?.[0].length ?? 0) + Number(length ?? 0)
      if (this.#closed) return
      if (match !== null && this.#received.length >= end) {
        this.#read = end
        return
      }
      await this.#news()
    }
  }

  async whole(): Promise<string> {
    while (!this.#closed) await this.#news()
    return this.#received
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#told = resolve
    })
  }
}

function normalised(text: string): string {
  return text
    .replace(/x-request-id: [0-9a-f]{12}-\w+/g, 'x-request-id: OURS')
    .replace(/-[0-9a-f]{16}-01\r/g, '-SPAN-01\r')
    .replace(/Date: [^\r]*/g, 'Date: NOW')
    .replace(/dur=[\d.]+/g, 'dur=T')
}

/** Nobody reads on behind one that ends the connection: whether node:http says more depends on how it got the bytes. */
function answersIn(text: string): string[] {
  const answers = text.split(/(?=HTTP\/1\.1 \d)/)
  const last = answers.findIndex((answer) => /^connection: close/im.test(answer))
  return last < 0 ? answers : answers.slice(0, last + 1)
}
