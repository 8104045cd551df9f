import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHead } from '../../../src/server/lane/read-head.ts'

let server: Server
let socket: Socket

/** Tells what node:http reads. */
beforeAll(async () => {
  server = createServer(({ method, url, headers }, response) => {
    response.end(`${JSON.stringify({ method, url, headers })}\n`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
})

afterAll(() => {
  socket.destroy()
  server.close()
})

async function readByNode(head: string): Promise<unknown> {
  socket.write(head.replace(/(content-length: )\d+/i, '$10'), 'latin1')
  let text = ''
  while (!/^\{.*\}$/m.test(text)) text += (await once(socket, 'data'))[0]
  return JSON.parse(/^\{.*\}$/m.exec(text)![0])
}

const name = fc.oneof(
  fc.constantFrom(
    'accept',
    'User-Agent',
    'CONTENT-TYPE',
    'authorization',
    'X-a',
    'x-A',
    'connection',
    'cookie',
  ),
  fc.constantFrom(
    'set-cookie',
    'expect',
    'transfer-encoding',
    'x_y',
    'x ',
    ' x',
    'x\t',
    '',
    'x:',
    '__proto__',
  ),
  fc.stringMatching(/^[ -~]{1,6}$/),
)
const value = fc.oneof(
  fc.constantFrom(
    'x',
    'keep-alive',
    'close',
    'a  b',
    ' a',
    'a ',
    '\ta',
    '',
    'a\tb',
    '\xe4',
    'a\0',
    'a: b',
    ',',
    '"',
  ),
  fc.stringMatching(/^[ -~]{0,12}$/),
)
const line = fc
  .tuple(name, fc.constantFrom(': ', ': ', ': ', ':', ':  ', ' : '), value)
  .map((parts) => parts.join(''))
const head = fc
  .tuple(fc.constantFrom('0', '7', '65536', '65537', '07', '+7', '7 '), fc.array(line, { maxLength: 4 }))
  .map(([length, lines]) =>
    ['POST /invocations HTTP/1.1', 'Host: x', `Content-Length: ${length}`, ...lines, '', ''].join('\r\n'),
  )

test('what the lane takes, node:http reads as the same request', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(head, async (text) => {
      const read = readHead(text, () => () => {})
      if (read === undefined) return
      taken += 1
      const { method, url, headers, contentLength } = read
      expect(await readByNode(text)).toEqual({ method, url, headers: { ...headers, 'content-length': '0' } })
      expect(contentLength).toBe(Number(headers['content-length']))
    }),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(100)
})

const USUAL = ['Host: x', 'Content-Length: 26', 'Accept: */*']

function read(lines: readonly string[], requestLine = 'POST /invocations HTTP/1.1') {
  return readHead([requestLine, ...lines, '', ''].join('\r\n'), () => () => {})
}

test.each([
  ['no Host', ['Content-Length: 26']],
  ['two of them', [...USUAL, 'host: x']],
  ['no length', ['Host: x']],
  ['two lengths', [...USUAL, 'content-length: 26']],
  ['a length with a sign', ['Host: x', 'Content-Length: +26']],
  ['a length with a zero in front', ['Host: x', 'Content-Length: 026']],
  ['a length of a body that is too large', ['Host: x', 'Content-Length: 65537']],
  ['a list of lengths', ['Host: x', 'Content-Length: 26, 26']],
  ['chunks', [...USUAL, 'Transfer-Encoding: chunked']],
  ['a folded line', [...USUAL, 'X: y', ' z']],
  ['a line that ends with a line feed alone', [...USUAL, 'X: y\nZ: z']],
  ['a bare carriage return', [...USUAL, 'X: y\rZ: z']],
  ['a zero byte', [...USUAL, 'X: y\0']],
  ['a byte that is not ASCII', [...USUAL, 'X: \xe4']],
  ['a tab', [...USUAL, 'X:\ty']],
  ['a blank before the colon', [...USUAL, 'X : y']],
  ['an end of the connection', [...USUAL, 'Connection: close']],
  ['an upgrade', [...USUAL, 'Upgrade: h2c']],
  ['an expectation', [...USUAL, 'Expect: 100-continue']],
])('it takes no head with %s', (_what, lines) => {
  expect(read(USUAL)).toBeDefined()
  expect(read(lines)).toBeUndefined()
})

test.each([
  'POST /invocations HTTP/1.0',
  'post /invocations HTTP/1.1',
  'POST /invocations?x HTTP/1.1',
  'GET / HTTP/1.1',
])('it takes no %s', (requestLine) => {
  expect(read(USUAL, requestLine)).toBeUndefined()
})
