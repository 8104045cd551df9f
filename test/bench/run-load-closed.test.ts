import { createServer as createTcpServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { runLoad } from '../../src/bench/run-load.ts'
import { httpServer, listening, targetOf } from './support/load-servers.ts'
import { CLOSED, expectAllAccountedFor } from './support/loads.ts'

describe('a closed load', () => {
  test('asks as soon as it was answered', async () => {
    let most = 0
    let open = 0
    const origin = await httpServer((_request, reply) => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        reply.end('ok')
      }, 10)
    })
    const measured = await runLoad(targetOf(origin), { ...CLOSED, durationMs: 500 }, { threads: 2 })
    expect(most).toBe(4)
    expect(measured.generator).toMatchObject({ connections: 4, waited: 0, threads: 2 })
    expect(measured.offered).toBeGreaterThan(0)
    // Each waits for 10 ms, of which a timer may leave out one.
    expect(measured.offered).toBeLessThan((4 * 500) / 9 + 4)
    expect(measured.latencyMs.p50).toBeGreaterThan(9)
    expectAllAccountedFor(measured)
  })

  // Where the machine stands still for the quarter of a second that it takes, nobody is asked.
  test('goes on when it is not answered, and leaves a server alone that is not there', {
    retry: 4,
  }, async () => {
    const silent = await runLoad(targetOf(await httpServer(() => {})), {
      ...CLOSED,
      durationMs: 500,
      timeoutMs: 60,
    })
    expect(silent.failures['timeout']).toBeGreaterThan(0)
    const gone = createTcpServer()
    const origin = `http://${await listening(gone)}`
    gone.close()
    const refused = await runLoad(targetOf(origin), CLOSED)
    expect(refused.failures['ECONNREFUSED']).toBeLessThan(60)
    expect(refused.failureExamples['ECONNREFUSED']).toBe('nothing listens there')
    expectAllAccountedFor(refused)
  })
})
