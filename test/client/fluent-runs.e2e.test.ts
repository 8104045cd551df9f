import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MlflowClient, startRun } from '../../src/client/index.ts'
import { TRACKING_SERVERS, type TrackingServer } from './support/tracking-servers.ts'

describe.each(TRACKING_SERVERS)('startRun, with $name', ({ start }) => {
  let server: TrackingServer
  let client: MlflowClient

  beforeAll(async () => {
    server = await start()
    client = new MlflowClient({ trackingUri: server.url, maxRetries: 0 })
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
  })

  test('runs a function in a run, and others in it', async () => {
    const children: string[] = []
    const parent = await startRun(
      { client, experiment: 'fluent', name: 'outer', tags: { a: 1 } },
      async (run) => {
        void run.logMetric('x', 1)
        await startRun({ name: 'inner' }, (inner) => void children.push(inner.runId))
        const failing = startRun({ name: 'broken' }, (broken) => {
          children.push(broken.runId)
          throw new Error('by itself')
        })
        await expect(failing).rejects.toThrow('by itself')
        return run.runId
      },
    )
    const { info, data } = await client.getRun(parent)
    expect(info).toMatchObject({ status: 'FINISHED', runName: 'outer' })
    expect(data.metrics).toMatchObject([{ key: 'x', value: 1 }])
    expect(data.tags.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['mlflow.user', 'mlflow.source.name', 'mlflow.source.type', 'a']),
    )
    const inner = await Promise.all(children.map((id) => client.getRun(id)))
    expect(inner.map((run) => run.info.status)).toEqual(['FINISHED', 'FAILED'])
    expect((await client.getParentRun(children[0] ?? ''))?.info.runId).toBe(parent)
  })

  test('ends a run as KILLED when its signal says so, and as FAILED when something could not be logged', async () => {
    const ids: string[] = []
    const controller = new AbortController()
    const killed = startRun({ client, experiment: 'fluent', signal: controller.signal }, (run) => {
      ids.push(run.runId)
      controller.abort()
      controller.signal.throwIfAborted()
    })
    await expect(killed).rejects.toThrow()
    const failed = startRun({ client, experiment: 'fluent' }, (run) => {
      ids.push(run.runId)
      void run.logParam('a', 1)
      void run.logParam('a', 2)
    })
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    const ended = await Promise.all(ids.map((id) => client.getRun(id)))
    expect(ended.map(({ info }) => info.status)).toEqual(['KILLED', 'FAILED'])
    expect(ended[1]?.data.params).toEqual([{ key: 'a', value: '1' }])
  })

  test('marks the runs of a process that is told to end as KILLED, with what they logged', async () => {
    const source = `import { startRun } from '${new URL('../../src/client/index.ts', import.meta.url).href}'
      await startRun({ experiment: 'fluent' }, async (run) => {
        void run.logMetric('a', 1)
        console.log(run.runId)
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const env = { ...process.env, MLFLOW_TRACKING_URI: server.url }
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], { env })
    const [printed] = (await once(child.stdout, 'data')) as [Buffer]
    child.kill('SIGTERM')
    expect((await once(child, 'close'))[1]).toBe('SIGTERM')
    const { info, data } = await client.getRun(printed.toString().trim())
    expect(info.status).toBe('KILLED')
    expect(data.metrics).toMatchObject([{ key: 'a', value: 1 }])
  })
})
