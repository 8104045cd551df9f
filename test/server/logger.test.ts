import { expect, test } from 'vitest'
import { badRequest } from '../../src/core/errors.ts'
import { createLogger } from '../../src/server/logger.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { ONE_ROW, score, startServer } from './support/running.ts'

class Lines {
  readonly all: string[] = []

  write(line: string): void {
    this.all.push(line)
  }
}

function logInto(level: 'debug' | 'info', format: 'json' | 'text' = 'json') {
  const stream = new Lines()
  return { stream, logger: createLogger({ level, format, stream }) }
}

test('answered requests are one line at debug, or at info when access is logged', async () => {
  const quiet = logInto('info')
  await score((await startServer({ logger: quiet.logger })).url)
  expect(quiet.stream.all).toEqual([])
  const { stream, logger } = logInto('info')
  await score((await startServer({ logger, accessLog: true })).url, ONE_ROW, { 'x-request-id': 'r1' })
  expect(stream.all).toHaveLength(1)
  expect(JSON.parse(stream.all[0]!)).toMatchObject({
    level: 'info',
    requestId: 'r1',
    method: 'POST',
    path: '/invocations',
    status: 200,
    model: 'sums',
    timing: { rows: 1 },
  })
})

test('a defect is logged with its stack under the id that the client was told', async () => {
  const { stream, logger } = logInto('info')
  const codec = {
    decode(): never {
      throw new TypeError('a hole')
    },
    encode: () => '',
  }
  const { url } = await startServer({ logger, models: new FakeModels(fakeModel({ codec })) })
  const reply = await score(url)
  expect(JSON.parse(stream.all[0]!)).toMatchObject({
    level: 'error',
    requestId: reply.headers.get('x-request-id'),
    err: { type: 'TypeError', message: 'a hole', stack: expect.stringContaining('logger.test') },
  })
})

test('a mistake of the client is logged by its code and the first line of its message', async () => {
  const { stream, logger } = logInto('info')
  const codec = {
    decode(): never {
      throw badRequest('Not JSON\nInput:\n424242')
    },
    encode: () => '',
  }
  const { url } = await startServer({
    logger,
    accessLog: true,
    models: new FakeModels(fakeModel({ codec })),
  })
  await score(url)
  const line: unknown = JSON.parse(stream.all[0]!)
  expect(line).toMatchObject({ status: 400, code: 'BAD_REQUEST', reason: 'Not JSON' })
  expect(line).not.toHaveProperty('err')
  expect(stream.all[0]).not.toContain('424242')
})

test('neither bodies nor keys nor queries are logged', async () => {
  const { stream, logger } = logInto('debug')
  const { url } = await startServer({ logger, accessLog: true, apiKeys: ['hush'] })
  await score(url, '{"inputs": [[424242]]}', { authorization: 'Bearer hush' })
  await score(url, '{"inputs": 424242', { authorization: 'Bearer hush' })
  await score(url, ONE_ROW, { 'x-api-key': 'wrong-hush' })
  await fetch(`${url}/nope?key=hush`)
  expect(stream.all).toHaveLength(4)
  expect(stream.all.join('')).not.toMatch(/424242|hush/)
})

test('text format is for people', () => {
  const { stream, logger } = logInto('info', 'text')
  logger.warn({ model: 'iris', status: 503 }, 'request failed')
  expect(stream.all[0]).toMatch(/^\d\d:\d\d:\d\d WARN {2}request failed {2}model=iris {2}status=503\n$/)
})

test('lines for people hold no control characters of what is foreign', () => {
  const { stream, logger } = logInto('info', 'text')
  logger.info({ registry: 'http://a\u001b[2J' }, 'it says: \u001b]0;title\u0007\u009b31m')
  expect(stream.all[0]).toMatch(/it says: {2}\]0;title {2}31m {2}registry=http:\/\/a \[2J\n$/)
})
