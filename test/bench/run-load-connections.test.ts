import { createServer as createTcpServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { runLoad } from '../../src/bench/run-load.ts'
import { makeCertificates } from '../client/support/certificates.ts'
import { httpServer, httpsServer, listening, targetOf } from './support/load-servers.ts'
import { OPEN, temporaryFolder } from './support/loads.ts'

describe('a connection', () => {
  test('that the server closes while nothing is asked of it costs no request', async () => {
    const server = createTcpServer((socket) => {
      let answered = 0
      socket.on('error', () => {})
      socket.on('data', () => {
        answered += 1
        // As if the request had crossed the closing.
        if (answered > 1) return void socket.destroy()
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const origin = `http://${await listening(server)}`
    const arrivals = { kind: 'trace', timesMs: [0, 1200] } as const
    const measured = await runLoad(targetOf(origin), {
      ...OPEN,
      ratePerSecond: 2,
      arrivals,
      durationMs: 1300,
    })
    expect(measured).toMatchObject({ offered: 2, answered: 2, failures: {} })
    const fast = await runLoad(targetOf(origin), {
      ...OPEN,
      arrivals: { kind: 'constant' },
      ratePerSecond: 20,
    })
    // What comes before the first answer has a connection of its own.
    expect(fast.answered).toBeGreaterThanOrEqual(fast.offered / 2)
    expect(fast.answered).toBeLessThan(fast.offered)
  })

  test('may be by IPv6', async () => {
    const origin = await httpServer((_request, reply) => void reply.end('ok'), '::1')
    expect(await runLoad(targetOf(origin), OPEN)).toMatchObject({ offered: 90, answered: 90 })
  })

  test('with TLS is made to who proves it is the one, or to anyone where that is wanted', async () => {
    const { server } = makeCertificates(temporaryFolder())
    const target = targetOf(await httpsServer(server, (_request, reply) => void reply.end('ok')))
    const refused = await runLoad(target, OPEN)
    expect(refused.failures).toEqual({ UNABLE_TO_VERIFY_LEAF_SIGNATURE: 90 })
    expect(refused.failureExamples['UNABLE_TO_VERIFY_LEAF_SIGNATURE']).toContain(
      'authority that is not known',
    )
    expect(await runLoad({ ...target, insecure: true }, OPEN)).toMatchObject({ answered: 90, failures: {} })
  })

  test('too few of them make an open load another one', async () => {
    const origin = await httpServer((_request, reply) => void setTimeout(() => reply.end('ok'), 20))
    const { valid, faults, generator } = await runLoad(targetOf(origin), OPEN, { maxConnections: 2 })
    expect(generator.waited).toBeGreaterThan(0)
    expect(valid).toBe(false)
    expect(faults.join()).toContain('found all 2 connections taken')
  })
})
