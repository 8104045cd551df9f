import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'
import { bodyOf, modelFolder, type Recording, readRecordings } from '../mlflow-scoring/recording.ts'

/** The recordings that are about HTTP, over a real socket; the README beside `recording.ts` describes them. */
const RECORDINGS = readRecordings().filter(({ kind }) => /^(content-type|endpoints):/.test(kind))
const MODEL = 'one_cols'

const repository = new ModelRepository({
  placement: 'inline',
  resolve: async (uri) => ({
    ...{
      uri,
      canonicalUri: uri,
      name: MODEL,
      path: modelFolder(MODEL),
      origin: { kind: 'local' as const, location: MODEL, registry: undefined },
    },
    ...{ version: undefined, alias: undefined },
  }),
})
let server: RunningServer

beforeAll(async () => {
  const logger = pino({ level: 'silent' })
  const app = await buildApp({ models: repository, dataPlane: new DataPlane(), logger })
  await repository.load(MODEL)
  server = await listen(app, { host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await server.stop({ graceMs: 0 })
  await repository.close()
})

test.each(RECORDINGS)('$kind $id', async (recording) => {
  expect(recording.model).toBe(MODEL)
  const reply = await send(recording)
  const body = await reply.text()
  if (recording.status === 500) {
    // MLflow's answer to a missing Content-Type: docs/mlflow-differences.md.
    expect([reply.status, JSON.parse(body).error_code]).toEqual([400, 'BAD_REQUEST'])
    return
  }
  expect([reply.status, reply.headers.get('content-type')]).toEqual([recording.status, recording.resp_type])
  if (recording.kind.endsWith(':BAD_REQUEST')) expect(JSON.parse(body).error_code).toBe('BAD_REQUEST')
  else expect(body).toBe(recording.resp)
})

function send(recording: Recording): Promise<Response> {
  const { method = 'POST', path = '/invocations', content_type: contentType } = recording
  return fetch(server.url + path, {
    method,
    redirect: 'manual',
    ...(recording.body == null ? {} : { body: bodyOf(recording) }),
    ...(contentType === null ? {} : { headers: { 'content-type': contentType } }),
  })
}
