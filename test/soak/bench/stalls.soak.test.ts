import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { runLoad } from '../../../src/bench/run-load.ts'
import { targetOf } from '../../bench/support/load-servers.ts'

const SERVER = fileURLToPath(new URL('./stall-server.ts', import.meta.url))
const TIMES = { warmUpMs: 500, durationMs: 10_000, timeoutMs: 5000, seed: 1 }

test('a server that stands still for 200 ms of each second shows it in p99, which a closed loop hides', async () => {
  const server = fork(SERVER)
  onTestFinished(() => void server.kill())
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const target = targetOf(`http://127.0.0.1:${port}`)
  const open = await runLoad(target, {
    ...TIMES,
    kind: 'open',
    ratePerSecond: 300,
    arrivals: { kind: 'poisson' },
  })
  const closed = await runLoad(target, { ...TIMES, kind: 'closed', connections: 4 })
  console.log(
    `p90 and p99, open: ${open.latencyMs.p90}, ${open.latencyMs.p99} ms; closed: ${closed.latencyMs.p90}, ${closed.latencyMs.p99} ms`,
  )
  // A fifth of the arrivals fall into a stall, and wait for 0 to 200 ms: one in a hundred of all for more than 190.
  expect(open.latencyMs.p99).toBeGreaterThan(180)
  expect(open.latencyMs.p90).toBeGreaterThan(80)
  expect(closed.latencyMs.p99).toBeLessThan(open.latencyMs.p99 / 3)
})
