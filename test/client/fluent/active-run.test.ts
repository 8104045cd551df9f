import { expect, test } from 'vitest'
import { LogFailuresError, MlflowClient, startRun } from '../../../src/client/index.ts'
import { sendJson, startWebServer } from '../support/web-server.ts'

test('a run says what could not be logged, also where the server is gone when it ends', async () => {
  const server = await startWebServer((request, response) => {
    const isCreated = request.path.endsWith('/runs/create')
    const run = { info: { run_id: 'a'.repeat(32), experiment_id: '1', status: 'RUNNING' }, data: {} }
    sendJson(response, isCreated ? { run } : {}, isCreated ? 200 : 503)
  })
  const client = new MlflowClient({ trackingUri: server.url, maxRetries: 0 })
  const ended = startRun({ client, experimentId: '1' }, (run) => void run.logMetric('loss', 1))
  const error = await ended.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LogFailuresError)
  expect((error as LogFailuresError).failures[0]?.metrics).toMatchObject([{ key: 'loss', value: 1 }])
})
