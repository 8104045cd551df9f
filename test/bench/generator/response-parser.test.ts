import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AskedRequest,
  NotHttpError,
  ResponseParser,
} from '../../../src/bench/generator/response-parser.ts'

const ASKED: AskedRequest = { headOnly: false, expected: { status: 200 } }
/** Its answer's body is kept. */
const CHECKED: AskedRequest = {
  headOnly: false,
  expected: { status: 200, check: { kind: 'predictions', rows: 1 } },
}

/** All that is read comes in the same memory, as from a socket. */
const memory = Buffer.alloc(128 * 1024)

/** Feeds `text` in pieces. @returns whether and after which byte the answer was complete. */
function parse(text: string, cuts: readonly number[] = [], asked = ASKED) {
  const bytes = Buffer.from(text, 'latin1')
  const parser = new ResponseParser()
  parser.wantsTiming = true
  parser.begin(asked)
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b)
  let complete = false
  let from = 0
  for (const end of ends) {
    expect(complete && end > from).toBe(false)
    complete = parser.push(memory.subarray(0, bytes.copy(memory, 0, from, end)))
    from = end
  }
  return { parser, complete }
}

const bodies = fc.string({ unit: 'binary-ascii', maxLength: 300 })
const cuts = fc.array(fc.nat(), { maxLength: 12 })

/** A body in chunks, with extensions and trailers, as RFC 9112 (section 7.1) allows them. */
const chunked = fc
  .array(
    bodies.filter((body) => body !== ''),
    { maxLength: 5 },
  )
  .map((chunks) => {
    const framed = chunks.map((chunk) => `${chunk.length.toString(16)};ext=1\r\n${chunk}\r\n`)
    return `${framed.join('')}0\r\nTrailer: yes\r\n\r\n`
  })

describe('an answer', () => {
  test('of a known length is complete with its last byte, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(bodies, cuts, fc.integer({ min: 200, max: 599 }), (body, at, status) => {
        const empty = status === 204 || status === 304
        const head = `HTTP/1.1 ${status} Some Words\r\nX-Other: a:b\r\ncontent-LENGTH:  ${body.length} \r\n\r\n`
        const { parser, complete } = parse(empty ? head : head + body, at)
        expect(complete).toBe(true)
        expect(parser.status).toBe(status)
        expect(parser.keepAlive).toBe(true)
      }),
    )
  })

  test('has its body where that is to be checked, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(bodies, { maxLength: 4 }), cuts, (parts, at) => {
        const body = parts.join('')
        const head = 'HTTP/1.1 200 OK\r\n'
        const counted = `${head}Content-Length: ${body.length}\r\n\r\n${body}`
        const chunks = parts.filter((part) => part !== '')
        const framed = chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
        const inChunks = `${head}Transfer-Encoding: chunked\r\n\r\n${framed}0\r\n\r\n`
        const open = `${head}Connection: close\r\n\r\n${body}`
        for (const text of [counted, inChunks, open]) {
          expect(parse(text, at, CHECKED).parser.body?.toString('latin1') ?? '').toBe(body)
          expect(parse(text, at).parser.body).toBeUndefined()
        }
      }),
    )
  })

  test('shows how its body begins where its status was not expected', () => {
    const body = `no ${'x'.repeat(9000)}`
    const text = `HTTP/1.1 500 No\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    for (const cuts of [[], [5, 41, 700]]) {
      const { parser, complete } = parse(text, cuts)
      expect(complete).toBe(true)
      expect(parser.body?.toString()).toBe(body.slice(0, 512))
    }
  })

  test('tells where it redirects to, and its timing where that is wanted', () => {
    const text =
      'HTTP/1.1 307 Go\r\nLocation: /there\r\nServer-Timing: a;dur=1\r\nserver-timing: b\r\nContent-Length: 0\r\n\r\n'
    const { parser } = parse(text)
    expect(parser.location).toBe('/there')
    expect(parser.serverTiming).toBe('a;dur=1, b')
    parser.wantsTiming = false
    parser.begin(ASKED)
    parser.push(Buffer.from(text))
    expect(parser.serverTiming).toBeUndefined()
  })

  test('in chunks is complete with its last byte, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(chunked, cuts, (body, at) => {
        const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'
        expect(parse(head + body, at).complete).toBe(true)
        expect(parse((head + body).slice(0, -1), at).complete).toBe(false)
      }),
    )
  })

  test('without a length ends with its connection', () => {
    const { parser, complete } = parse('HTTP/1.1 200 OK\r\n\r\nwhatever comes', [3, 20, 25])
    expect(complete).toBe(false)
    expect(parser.end()).toBe(true)
    expect(parser.keepAlive).toBe(false)
  })

  test('that is cut short does not end with its connection', () => {
    for (const text of ['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab']) {
      const { parser, complete } = parse(text)
      expect(complete).toBe(false)
      expect(parser.end()).toBe(false)
    }
  })

  test('to HEAD has no body, whatever its length', () => {
    expect(
      parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', [], { ...ASKED, headOnly: true }).complete,
    ).toBe(true)
  })

  test('is preceded by interim ones', () => {
    const interim =
      'HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n'
    const { parser, complete } = parse(
      `${interim}HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n`,
    )
    expect(complete).toBe(true)
    expect(parser.status).toBe(503)
    expect(parser.retryAfter).toBe('7')
  })

  test.each([
    ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\nConnection: Upgrade, Close\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', true],
  ])('says whether its connection stays: %j', (text, keepAlive) => {
    expect(parse(text).parser.keepAlive).toBe(keepAlive)
  })

  test('forgets what the one before it said', () => {
    const { parser } = parse(
      'HTTP/1.1 429 No\r\nRetry-After: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    parser.begin(ASKED)
    expect(parser.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))).toBe(true)
    expect(parser.retryAfter).toBeUndefined()
  })

  test.each([
    'SSH-2.0-OpenSSH\r\n',
    '\x15\x03\x01\0\x02',
    'HTTP/2 200\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n',
    `HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}`,
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab',
  ])('that is none is refused: %#', (text) => {
    expect(() => parse(text)).toThrow(NotHttpError)
  })

  test('may be any bytes: they are refused, or wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const parser = new ResponseParser()
        parser.begin(ASKED)
        try {
          parser.push(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(NotHttpError)
        }
      }),
    )
  })
})
