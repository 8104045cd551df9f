import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { runLoad } from '../../src/bench/run-load.ts'
import { GET, httpServer, targetOf } from './support/load-servers.ts'
import { expectAllAccountedFor, OPEN, SCORE } from './support/loads.ts'

describe('answers', () => {
  test('that are wrong are failures, with an example', async () => {
    let turn = 0
    const origin = await httpServer((_request, reply) => {
      turn += 1
      reply.end(turn % 2 === 0 ? '{"predictions": [1]}' : '{"predictions": [1, 2]}')
    })
    const measured = await runLoad(targetOf(origin, [SCORE]), OPEN)
    expect(measured.failures).toEqual({ 'wrong answer': 45 })
    expect(measured.failureExamples['wrong answer']).toMatch(/\S/)
    expect(measured.answered).toBe(45)
    expectAllAccountedFor(measured)
  })

  test('that are compressed are read, and are wrong where they cannot be', async () => {
    const answer = gzipSync('{"predictions": [1]}')
    const origin = await httpServer((request, reply) => {
      const coding = request.url === '/other' ? 'compress' : 'gzip'
      reply.setHeader('Content-Encoding', coding)
      reply.end(request.url === '/cut' ? answer.subarray(0, 20) : answer)
    })
    const payloads = ['/right', '/other', '/cut'].map((path) => ({ ...SCORE, name: path, path }))
    const measured = await runLoad(targetOf(origin, payloads), OPEN)
    expect(measured.answered).toBe(measured.byPayload['/right']?.offered)
    expect(measured.byPayload['/cut']?.answered).toBe(0)
    expect(measured.byPayload['/other']?.answered).toBe(0)
    expect(measured.failureExamples['wrong answer']).toMatch(/^compressed by (gzip|compress), which /)
    expectAllAccountedFor(measured)
  })

  test('that are too deep to be read are wrong', async () => {
    const deep = `{"predictions": [${'['.repeat(100_000)}${']'.repeat(100_000)}]}`
    const origin = await httpServer((_request, reply) => void reply.end(deep))
    const measured = await runLoad(targetOf(origin, [SCORE]), { ...OPEN, ratePerSecond: 20 })
    expect(measured.failures).toEqual({ 'wrong answer': 6 })
  })

  test('with other statuses are failures, told by what they say', async () => {
    const origin = await httpServer((request, reply) => {
      if (request.url === '/moved') reply.writeHead(307, { location: 'http://elsewhere/' }).end()
      else reply.writeHead(400).end('{"message": "no\n column"}')
    })
    const payloads = [{ ...GET, path: '/moved' }, GET, { ...GET, name: 'bad', expected: { status: 400 } }]
    const measured = await runLoad(targetOf(origin, payloads), OPEN)
    expect(Object.keys(measured.failures).sort()).toEqual(['307', '400'])
    expect(measured.failureExamples['307']).toContain('a redirect to http://elsewhere/')
    expect(measured.failureExamples['400']).toBe('400: {"message": "no column"}')
    expect(measured.answered).toBe(measured.byPayload['bad']?.offered)
    expectAllAccountedFor(measured)
  })

  test('tell where their time went', async () => {
    const origin = await httpServer((_request, reply) => {
      reply.setHeader('Server-Timing', 'decode;dur=1.5, infer;desc="a, \\"b\\";dur=9";dur=3,, cached')
      reply.end('ok')
    })
    const { stagesMs } = await runLoad(targetOf(origin), OPEN)
    expect(stagesMs).toEqual({ decode: 1.5, infer: 3 })
  })

  test('that do not come are time-outs', async () => {
    const measured = await runLoad(targetOf(await httpServer(() => {})), { ...OPEN, timeoutMs: 100 })
    expect(measured.failures).toEqual({ timeout: 90 })
    expect(measured.failureExamples['timeout']).toContain('100 ms')
    expectAllAccountedFor(measured)
  })
})
