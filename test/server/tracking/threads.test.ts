import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { postJson, startTracking } from './support/running-tracking.ts'

const API = '/api/2.0/mlflow'

describe('store threads', () => {
  test('see what was answered, whichever of them reads it', async () => {
    const { url } = await startTracking({ workers: 3 })
    for (let i = 0; i < 20; i += 1) {
      const created = await postJson(`${url}${API}/experiments/create`, { name: `e${i}` })
      const { experiment_id: id } = (await created.json()) as { experiment_id: string }
      const read = await Promise.all(
        Array.from({ length: 4 }, () => fetch(`${url}${API}/experiments/get?experiment_id=${id}`)),
      )
      expect(read.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    }
  })

  test('answer each of many calls at once with its own', async () => {
    const { url } = await startTracking({ workers: 2 })
    const names = Array.from({ length: 200 }, (_, i) => `of many ${i}`)
    const ids = await Promise.all(
      names.map(async (name) => {
        const reply = await postJson(`${url}${API}/experiments/create`, { name })
        return ((await reply.json()) as { experiment_id: string }).experiment_id
      }),
    )
    const read = await Promise.all(
      ids.map(async (id) => {
        const reply = await fetch(`${url}${API}/experiments/get?experiment_id=${id}`)
        return ((await reply.json()) as { experiment: { name: string } }).experiment.name
      }),
    )
    expect(read).toEqual(names)
  })

  test('keep a failing call from the others of its commit', async () => {
    const { url } = await startTracking()
    const names = Array.from({ length: 30 }, (_, i) => `twice ${i >> 1}`)
    const statuses = await Promise.all(
      names.map(async (name) => (await postJson(`${url}${API}/experiments/create`, { name })).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(15)
    expect(statuses.filter((status) => status === 400)).toHaveLength(15)
  })

  test('that die are replaced, and their calls are answered', async () => {
    const { url, executor } = await startTracking({ heapMb: 24 })
    // Each of its items becomes an object of many bytes, more than the heap has.
    const deadly = `{"run_id": "x", "metrics": [${'{"key":"k"},'.repeat(2_000_000)}{}]}`
    const reply = await fetch(`${url}${API}/runs/log-batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: deadly,
    })
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await reply.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' })
    expect((await fetch(`${url}${API}/experiments/get?experiment_id=0`)).status).toBe(200)
    expect((await postJson(`${url}${API}/experiments/create`, { name: 'after it' })).status).toBe(200)
    expect(executor.figures()[0]).toMatchObject({ work: 'write', threads: 1, replaced: 1 })
  })

  test('refuse what they cannot do soon, with a time to come back after', async () => {
    const { executor } = await startTracking()
    const index = executor.routes.findIndex(({ path }) => path === '/2.0/mlflow/experiments/get')
    const call = { index, route: executor.routes[index]!, parameters: {} }
    const caller = { signal: { aborted: false } }
    const calls = Array.from({ length: 3000 }, async () =>
      executor.execute(call, { query: 'experiment_id=0' }, caller),
    )
    const settled = await Promise.allSettled(calls)
    const refused = settled.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(900)
    expect(refused.length).toBeLessThan(1000)
    expect(refused[0]).toMatchObject({ reason: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 1 } })
  })

  test('do nothing for those who have gone', async () => {
    const { executor } = await startTracking()
    const index = executor.routes.findIndex(({ path }) => path === '/2.0/mlflow/experiments/get')
    const call = { index, route: executor.routes[index]!, parameters: {} }
    const calls = Array.from({ length: 50 }, (_, i) =>
      executor.execute(call, { query: 'experiment_id=0' }, { signal: { aborted: i > 10 } }),
    )
    const settled = await Promise.allSettled(calls)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(11)
  })

  test('leave the thread that does HTTP free while they work', { retry: 4 }, async () => {
    const { url } = await startTracking()
    const lag = monitorEventLoopDelay({ resolution: 5 })
    lag.enable()
    const writes = Array.from({ length: 200 }, (_, i) =>
      postJson(`${url}${API}/experiments/create`, { name: `free ${i}` }),
    )
    await Promise.all(writes)
    lag.disable()
    // The median: what a busy machine does to the worst is not ours.
    expect(lag.percentile(50) / 1e6).toBeLessThan(20)
  })
})

test('what was asked for before the end is answered before it', async () => {
  const { url, server, executor } = await startTracking()
  const came = (): number => executor.figures().reduce((sum, { calls, waiting }) => sum + calls + waiting, 0)
  const before = came()
  const asked = Array.from({ length: 20 }, (_, i) =>
    postJson(`${url}${API}/experiments/create`, { name: `late ${i}` }),
  )
  while (came() < before + asked.length) await delay(1)
  const stopped = server.stop({ graceMs: 10_000 })
  const statuses = (await Promise.allSettled(asked)).map((reply) =>
    reply.status === 'fulfilled' ? reply.value.status : 'refused',
  )
  await stopped
  expect(new Set(statuses)).toEqual(new Set([200]))
})
