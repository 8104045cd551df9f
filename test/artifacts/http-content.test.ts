import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openContent } from '../../src/artifacts/http-content.ts'
import { Connection } from '../../src/client/connection.ts'
import { isUnreachable } from '../../src/core/errors.ts'
import { caught } from '../client/support/caught.ts'
import { type Handler, startWebServer, type WebServer } from '../client/support/web-server.ts'
import { type FileHabits, sendFile } from './support/file-server.ts'
import { readContent } from './support/read-content.ts'

const CONTENT = 'The quick brown fox jumps over the lazy dog'
const ETAG = '"v1"'
const MODIFIED = 'Sat, 21 Nov 2026 15:00:00 GMT'

async function serve(
  handler: Handler,
  timeoutMs = 10_000,
): Promise<{ server: WebServer; connection: Connection }> {
  const server = await startWebServer(handler)
  return { server, connection: new Connection({ url: server.url, maxRetries: 0, timeoutMs }) }
}

function serveFile(habits: FileHabits) {
  return serve((request, response) => sendFile(request, response, Buffer.from(CONTENT), habits))
}

describe('a whole file', () => {
  test('comes with its size and what tells its content', async () => {
    const { server, connection } = await serveFile({ headers: { etag: ETAG, 'last-modified': MODIFIED } })
    const content = await openContent(connection, '/file')
    expect(content).toMatchObject({ offset: 0, bytes: CONTENT.length, validator: ETAG })
    expect(await readContent(content)).toBe(CONTENT)
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('is told by its date where its ETag is weak, and by nothing where there is neither', async () => {
    const weak = await serveFile({ headers: { etag: 'W/"v1"', 'last-modified': MODIFIED } })
    expect(await openContent(weak.connection, '/file')).toMatchObject({ validator: MODIFIED })
    const none = await serveFile({})
    expect(await openContent(none.connection, '/file')).toMatchObject({ validator: undefined })
  })

  test('of unknown length comes to its end', async () => {
    const { connection } = await serve((_, response) => {
      response.write('part one, ')
      response.end('part two')
    })
    const content = await openContent(connection, '/file')
    expect(content.bytes).toBeUndefined()
    expect(await readContent(content)).toBe('part one, part two')
  })

  test('that ends before its length is an error, also where the length is that of a chunked body', async () => {
    const { connection } = await serve((request, response) => {
      response.writeHead(200, request.path === '/sized' ? { 'content-length': 100 } : {}).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    for (const path of ['/sized', '/chunked']) {
      const error = await caught(readContent(await openContent(connection, path)))
      expect(error.message).toMatch(path)
      expect(isUnreachable(error)).toBe(true)
    }
  })

  test('that breaks off before anybody reads it is an error for its reader alone', async () => {
    const { connection } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    const content = await openContent(connection, '/file')
    await sleep(100)
    expect(isUnreachable(await caught(readContent(content)))).toBe(true)
  })

  // Its head has a second and a half to come.
  test('that stops is an error after the time-out', { retry: 4 }, async () => {
    const { server, connection } = await serve(
      (_, response) => void response.writeHead(200).write('half'),
      1500,
    )
    const error = await caught(readContent(await openContent(connection, '/file')))
    expect(error.message).toBe(
      `${server.url}/file does not answer: the answer stopped for 1.5 s (MLFLOW_HTTP_REQUEST_TIMEOUT)`,
    )
    server.close()
  })

  test('that is compressed against the wish is an error', async () => {
    const { connection } = await serveFile({ headers: { 'content-encoding': 'gzip' } })
    const error = await caught(openContent(connection, '/file'))
    expect(error).toMatchObject({ code: 'INVALID_STATE' })
    expect(error.message).toMatch("sends the file as 'gzip'")
  })

  test('may be given up by the signal while it comes', async () => {
    const { server, connection } = await serve((_, response) => void response.writeHead(200).write('half'))
    const controller = new AbortController()
    const content = await openContent(connection, '/file', { signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    expect(await caught(readContent(content))).toMatchObject({ code: 'CANCELLED' })
    server.close()
  })

  test('that is not there is missing', async () => {
    const { server, connection } = await serve(
      (_, response) => void response.writeHead(404).end('Nothing here'),
    )
    const error = await caught(openContent(connection, '/file'))
    expect(error).toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    expect(error.message).toBe(`${server.url}/file answered 404: Nothing here`)
  })
})

describe('the rest of a file', () => {
  test('comes where the content is still the same', async () => {
    const { server, connection } = await serveFile({ headers: { etag: ETAG } })
    const content = await openContent(connection, '/file', { resume: { offset: 10, validator: ETAG } })
    expect(content).toMatchObject({ offset: 10, bytes: CONTENT.length, validator: ETAG })
    expect(await readContent(content)).toBe(CONTENT.slice(10))
    expect(server.requests[0]?.headers).toMatchObject({ range: 'bytes=10-', 'if-range': ETAG })
  })

  test('is the same from everywhere, with the part before it', async () => {
    const { connection } = await serveFile({ headers: { etag: ETAG } })
    await fc.assert(
      fc.asyncProperty(fc.nat(CONTENT.length + 2), async (offset) => {
        const content = await openContent(connection, '/file', { resume: { offset, validator: ETAG } })
        expect(CONTENT.slice(0, content.offset) + (await readContent(content))).toBe(CONTENT)
      }),
      { numRuns: 50 },
    )
  })

  test.for<[string, FileHabits]>([
    ['the content has changed', { headers: { etag: '"v2"' } }],
    ['the server knows no ranges', { ranges: false, headers: { etag: ETAG } }],
  ])('is the whole file where %s', async ([, habits]) => {
    const { server, connection } = await serveFile(habits)
    const content = await openContent(connection, '/file', { resume: { offset: 10, validator: ETAG } })
    expect(content.offset).toBe(0)
    expect(await readContent(content)).toBe(CONTENT)
    expect(server.requests).toHaveLength(1)
  })

  test.for<[string, Readonly<Record<string, string>>]>([
    ['without its place', {}],
    ['from another place', { 'content-range': 'bytes 9-42/43' }],
    ['that ends early', { 'content-range': 'bytes 10-20/43' }],
    ['of a file of unknown size', { 'content-range': 'bytes 10-42/*' }],
    ['of another content', { 'content-range': 'bytes 10-42/43', etag: '"v2"' }],
  ])('is asked for as a whole where the answer is a part %s', async ([, headers]) => {
    const { connection } = await serve((request, response) => {
      if (request.headers.range === undefined) return void response.end(CONTENT)
      response.writeHead(206, headers).end('something else')
    })
    const content = await openContent(connection, '/file', { resume: { offset: 10, validator: ETAG } })
    expect(content.offset).toBe(0)
    expect(await readContent(content)).toBe(CONTENT)
  })
})
