import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { LogFailuresError } from '../../../src/client/index.ts'
import { PATIENCE } from '../../fixtures/patience.ts'
import { RUN_ID, startLoggedRun } from '../support/logged-run.ts'

const CLIENT = new URL('../../../src/client/index.ts', import.meta.url).href

describe('a queue of what is logged', () => {
  test('sends what comes together in one call, in its order', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID)
    void queue.logMetrics({ loss: 1, accuracy: 2 }, { step: 3 })
    void queue.logParams({ depth: 3, isDeep: true })
    void queue.setTags({ a: 'b' })
    void queue.logMetric('loss', 4, { step: 5n })
    expect(queue.queued).toBe(6)
    await queue.flush()
    expect(queue.queued).toBe(0)
    expect(calls).toMatchObject([
      {
        run_id: RUN_ID,
        metrics: [
          { key: 'loss', value: 1, step: 3 },
          { key: 'accuracy', value: 2, step: 3 },
          { key: 'loss', value: 4, step: 5 },
        ],
        params: [
          { key: 'depth', value: '3' },
          { key: 'isDeep', value: 'true' },
        ],
        tags: [{ key: 'a', value: 'b' }],
      },
    ])
  })

  test('gives values the time at which they were logged, not sent', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID)
    const before = Date.now()
    void queue.logMetric('a', 1, { timestamp: undefined })
    const after = Date.now()
    await vi.waitUntil(() => Date.now() > after, PATIENCE)
    await queue.flush()
    const logged = Number(calls[0]?.metrics?.[0]?.timestamp)
    expect(logged).toBeGreaterThanOrEqual(before)
    expect(logged).toBeLessThanOrEqual(after)
  })

  test('sends by itself, and full calls at once', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID, { gatherMs: 5 })
    void queue.logMetric('a', 1)
    await vi.waitFor(() => expect(calls).toHaveLength(1), PATIENCE)
    for (let step = 0; step < 1000; step++) void queue.logMetric('a', step, { step })
    await vi.waitFor(() => expect(queue.queued).toBe(0), PATIENCE)
    expect(calls[1]?.metrics).toHaveLength(1000)
  })

  test('holds up who awaits while it is full', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID, { maxQueued: 10 })
    for (let step = 0; step < 100; step++) {
      await queue.logMetric('a', step, { step })
      expect(queue.queued).toBeLessThan(10)
    }
    await queue.flush()
    expect(calls.flatMap(({ metrics }) => metrics?.map(({ step }) => step))).toEqual(
      Array.from({ length: 100 }, (_, step) => step),
    )
  })

  test('leaves out what is refused and nothing else', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID)
    for (let step = 0; step < 100; step++)
      void queue.logMetric(step % 40 === 17 ? 'bad' : 'good', step, { step })
    const error = await queue.flush().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LogFailuresError)
    if (!(error instanceof LogFailuresError)) return
    expect(error.code).toBe('INVALID_PARAMETER_VALUE')
    expect(error.failures.flatMap(({ metrics }) => metrics.map(({ value }) => value))).toEqual([17, 57, 97])
    const steps = calls.flatMap(({ metrics }) => metrics?.map(({ step }) => step))
    expect(steps).toEqual([...steps].sort((a, b) => Number(a) - Number(b)))
    expect(steps).toHaveLength(97)
    await queue.flush()
  })

  test('does not ask a run that takes nothing for each entry', async () => {
    const run = await startLoggedRun()
    run.lifecycleStage = 'deleted'
    const lost: number[] = []
    const onFailure = ({ metrics }: { readonly metrics: readonly object[] }) => void lost.push(metrics.length)
    const queue = run.client.batch(RUN_ID, { onFailure })
    for (let step = 0; step < 500; step++) void queue.logMetric('a', step)
    await queue.flush()
    expect(lost).toEqual([500])
    expect(run.server.requests.length).toBeLessThan(5)
  })

  test('tells what could not be sent to a server that is away, and goes on when it is back', async () => {
    const run = await startLoggedRun()
    const queue = run.client.batch(RUN_ID)
    run.isAway = true
    void queue.logMetric('a', 1)
    await expect(run.client.flush()).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      failures: [{ runId: RUN_ID, metrics: [{ key: 'a', value: 1 }] }],
    })
    run.isAway = false
    void queue.logMetric('a', 2)
    await run.client.flush()
    expect(run.calls).toMatchObject([{ metrics: [{ value: 2 }] }])
  })

  test('outlives a listener that throws', async () => {
    const { client, calls } = await startLoggedRun()
    const onFailure = (): never => {
      throw new Error('a mistake of the listener')
    }
    const queue = client.batch(RUN_ID, { onFailure })
    void queue.logMetric('bad', 1)
    void queue.logMetric('good', 1)
    await queue.flush()
    expect(calls).toMatchObject([{ metrics: [{ key: 'good' }] }])
    expect(queue.queued).toBe(0)
  })

  test('keeps no more than it may, and tells of the rest', async () => {
    const { client, calls } = await startLoggedRun()
    const queue = client.batch(RUN_ID, { mostQueued: 50 })
    for (let step = 0; step < 60; step++) void queue.logMetric('a', step)
    await expect(queue.flush()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(calls.flatMap(({ metrics }) => metrics)).toHaveLength(50)
  })
})

describe('a process that logs', () => {
  async function run(url: string, program: string): Promise<{ code: number | null; err: string }> {
    const source = `import { MlflowClient } from '${CLIENT}'
      const queue = new MlflowClient('${url}').batch('${RUN_ID}')
      for (let step = 0; step < 1500; step++) void queue.logMetric('a', step)
      ${program}`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source])
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, err }
  }

  test('sends all before it ends by itself', async () => {
    const { server, calls } = await startLoggedRun()
    expect((await run(server.url, '')).code).toBe(0)
    expect(calls.flatMap(({ metrics }) => metrics)).toHaveLength(1500)
  })

  test('says what is lost where it is ended before', async () => {
    const { server } = await startLoggedRun()
    const { err } = await run(server.url, 'process.exit(3)')
    expect(err).toContain(`before 1500 of what was logged to run ${RUN_ID} was sent`)
  })
})
