import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Latencies } from '../../src/bench/latencies.ts'
import type { Progress } from '../../src/bench/measurement.ts'
import { runLoad, threadsFor } from '../../src/bench/run-load.ts'
import { httpServer, targetOf } from './support/load-servers.ts'
import { CLOSED, expectAllAccountedFor, OPEN, samplesOf, temporaryFolder } from './support/loads.ts'

describe('an open load', () => {
  test('is measured as a whole, by payload and by second', async () => {
    const origin = await httpServer((_request, reply) => void reply.end('ok'))
    const measured = await runLoad(
      targetOf(origin),
      { ...OPEN, durationMs: 1100, warmUpMs: 100 },
      { threads: 2 },
    )
    expect(measured).toMatchObject({
      offered: 330,
      answered: 330,
      failures: {},
      seconds: 1.1,
      target: 'server',
    })
    // Seconds are by the clock's milliseconds in floating point: an arrival at 1000 may count as the first's.
    const [first = 0, second = 0] = measured.overTime.map(({ offered }) => offered)
    expect(first + second).toBe(330)
    expect(Math.abs(first - 300)).toBeLessThanOrEqual(1)
    expect(measured.byPayload['get']).toMatchObject({ offered: 330, answered: 330 })
    expect(measured.latencyMs.count).toBe(330)
    expect(measured.generator).toMatchObject({ threads: 2, waited: 0 })
    expect(measured.generator.busyShare).toBeGreaterThan(0)
    expect(measured.generator.busyShare).toBeLessThan(1)
    const latencies = await Latencies.merge([measured.histogram])
    expect(latencies.summary()).toEqual(measured.latencyMs)
    expectAllAccountedFor(measured)
  })

  test('may come in bursts, or as it was recorded', async () => {
    const origin = await httpServer((_request, reply) => void reply.end('ok'))
    const samplesFile = join(temporaryFolder(), 'samples')
    const arrivals = { kind: 'trace', timesMs: [0, 10, 20, 90] } as const
    await runLoad(targetOf(origin), { ...OPEN, arrivals }, { samplesFile, threads: 2 })
    const intended = samplesOf(samplesFile).map((sample) => sample['intended'] as number)
    expect(intended.sort((a, b) => a - b)).toEqual([0, 10, 20, 90, 120, 130, 140, 210, 240, 250, 260])
    const bursts = { kind: 'bursts', size: 5 } as const
    const { offered } = await runLoad(
      targetOf(origin),
      { ...OPEN, arrivals: bursts, durationMs: 500 },
      { threads: 1 },
    )
    expect(offered % 5).toBe(0)
    expect(offered).toBeGreaterThan(0)
  })

  test('leaves a sample of each request', async () => {
    const origin = await httpServer((_request, reply) => void setTimeout(() => reply.end('ok'), 20))
    const samplesFile = join(temporaryFolder(), 'samples')
    const measured = await runLoad(targetOf(origin), { ...OPEN, warmUpMs: 50 }, { samplesFile })
    const samples = samplesOf(samplesFile)
    expect(samples).toHaveLength(measured.offered)
    for (const { intended, sent, latency, status, payload } of samples) {
      expect([status, payload]).toEqual([200, 'get'])
      expect(intended).toBeGreaterThanOrEqual(0)
      expect(sent).toBeGreaterThanOrEqual(Number(intended) - 0.001)
      expect(latency).toBeGreaterThan(18)
    }
  })

  // A second of it may be one in which the machine stood still.
  test('tells its progress', { retry: 4 }, async () => {
    const origin = await httpServer((_request, reply) => void reply.end('ok'))
    const told: Progress[] = []
    await runLoad(
      targetOf(origin),
      { ...OPEN, durationMs: 1300 },
      { onProgress: (progress) => void told.push(progress) },
    )
    // More than one where the last answers come late.
    expect(told.length).toBeGreaterThan(0)
    expect(told[0]!.ratePerSecond).toBeGreaterThan(100)
    expect(told[0]).toMatchObject({ totalMs: 1300, failed: 0 })
  })

  test('reads what the server uses, each second', { retry: 4 }, async () => {
    const origin = await httpServer((_request, reply) => void reply.end('ok'))
    let read = 0
    const resources = {
      read: () => {
        read += 1
        return { cpuSeconds: read / 2, memory: read * 100 }
      },
    }
    const { server, overTime } = await runLoad(targetOf(origin), { ...OPEN, durationMs: 1200 }, { resources })
    expect(server?.memory).toBe(300)
    // A second of processor time between the first reading and the last, 1.2 s apart or more.
    expect(server?.cpu).toBeGreaterThan(0)
    expect(server?.cpu).toBeLessThan(2)
    expect(overTime[1]?.serverMemory).toBe(300)
  })
})

test('a load can be ended before its time', async () => {
  const origin = await httpServer((_request, reply) => void reply.end('ok'))
  const end = new AbortController()
  const running = runLoad(targetOf(origin), { ...OPEN, durationMs: 60_000 }, { signal: end.signal })
  const rejected = expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  await sleep(100)
  end.abort()
  await rejected
})

test('samples that cannot be written end a load', async () => {
  const samplesFile = join(temporaryFolder(), 'none', 'samples')
  await expect(runLoad(targetOf('http://127.0.0.1:1'), OPEN, { samplesFile })).rejects.toMatchObject({
    message: expect.stringContaining('cannot be written'),
  })
})

test('a load has as many threads as it needs, and leaves a core to the server', () => {
  expect(threadsFor({ ...OPEN, ratePerSecond: 100 }, 4)).toBe(1)
  expect(threadsFor({ ...OPEN, ratePerSecond: 40_000 }, 4)).toBe(3)
  expect(threadsFor({ ...OPEN, ratePerSecond: 1e6 }, 4)).toBe(3)
  expect(threadsFor({ ...OPEN, ratePerSecond: 1e6 }, 1)).toBe(1)
  expect(threadsFor({ ...CLOSED, connections: 1 }, 8)).toBe(1)
})
