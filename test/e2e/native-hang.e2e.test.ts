import { afterEach, expect, test } from 'vitest'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { HeadraceProcess } from './support/headrace-process.ts'

/** Runs inside of onnxruntime that never return: what they hold, nothing ends but the end of the process. */
const LOOP = modelPath('loop')
const ENDLESS = 2n ** 62n
/** Of a request that hangs; then a second until its thread is given up, and one and a half until it counts as stuck. */
const TIMEOUT_SECONDS = 1

const running: HeadraceProcess[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.signal('SIGKILL')
})

function serve(...args: string[]): HeadraceProcess {
  const server = new HeadraceProcess({
    args: ['serve', '--port', '0', '-m', LOOP, '-t', String(TIMEOUT_SECONDS), ...args],
  })
  running.push(server)
  return server
}

async function statusOf(url: string, turns: bigint): Promise<number> {
  const body = `{"inputs": {"turns": ${turns}, "x": [1.0]}}`
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${url}/invocations`, { method: 'POST', body, headers })
  await reply.arrayBuffer()
  return reply.status
}

/** Until the model answers again; fails by the test's time limit. */
async function answering(url: string): Promise<void> {
  while ((await statusOf(url, 3n)) !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
}

test('a hung run is answered 504 and its thread replaced, until the core is lost: then the process ends', async () => {
  const server = serve('-w', '1')
  const url = await server.listening()
  await answering(url)

  expect(await statusOf(url, ENDLESS)).toBe(504)
  await answering(url)
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  await expect.poll(metrics, { timeout: 60_000 }).toMatch(/^headrace_stuck_workers\{[^}]*\} 1$/m)

  const secondHangAt = performance.now()
  expect(await statusOf(url, ENDLESS)).toBe(504)
  const finished = await server.finished()
  expect(finished.code).toBeNull()
  expect(server.output).toContain('can be replaced')
  // Given up, found stuck, what is under way answered: seconds, not the time limit of a balancer.
  expect(performance.now() - secondHangAt).toBeLessThan(60_000)
})

test('SIGTERM ends a process with a thread that hangs within the grace period and two seconds', async () => {
  const server = serve('-w', '2', '--grace-period', '1')
  const url = await server.listening()
  expect(await statusOf(url, ENDLESS)).toBe(504)
  await answering(url)
  const hanging = statusOf(url, ENDLESS).catch(() => 0)
  const askedAt = performance.now()
  server.signal('SIGTERM')
  await server.finished()
  expect(performance.now() - askedAt).toBeLessThan(60_000)
  await hanging
})
