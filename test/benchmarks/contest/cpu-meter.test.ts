import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { cpuMeter, quiet } from '../../../benchmarks/contest/cpu-meter.ts'
import { computedMs } from '../../fixtures/computing-time.ts'

const NO_SERVER = { cpuSeconds: () => 0 }

test('work of others is foreign, and disturbs', async () => {
  // Outside of this process's own children: those are taken for generators once they are waited for.
  const stranger = spawn('bash', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  try {
    const meter = cpuMeter(NO_SERVER, { foreignCoresLimit: 0.01 })
    expect(await quiet(NO_SERVER, { foreignCoresLimit: 0.01 }, 600)).toBe(false)
    const use = meter()
    expect(use.foreignCores + use.stolenCores).toBeGreaterThan(0.01)
    expect(use.disturbed).toBe(true)
  } finally {
    stranger.kill('SIGKILL')
    await once(stranger, 'exit')
  }
})

test('work of the generator and of the server is not', () => {
  let serverSeconds = 0
  const meter = cpuMeter({ cpuSeconds: () => serverSeconds }, { foreignCoresLimit: 1000 })
  // Of processor time, which a machine with much to do gives slowly.
  const end = computedMs() + 200
  while (computedMs() < end);
  serverSeconds = 5
  const use = meter()
  expect(use).toMatchObject({ serverSeconds: 5, disturbed: false })
  expect(use.loadCores).toBeGreaterThan(0)
  expect(use.foreignCores).toBeGreaterThanOrEqual(0)
})

test('a quiet machine is waited for no longer than needed', async () => {
  expect(await quiet(NO_SERVER, { foreignCoresLimit: 1000 }, 60_000)).toBe(true)
})
