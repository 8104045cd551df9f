import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'
import { bodyOf, type Recording } from '../mlflow-scoring/recording.ts'
import { isSameJson } from '../mlflow-scoring/same-json.ts'

/** The models in `models/`, asked over HTTP what the real `mlflow models serve` was asked (`models/record.py`). */
const ROOT = resolve(import.meta.dirname, '../../..')
const TFJS_ENGINES = ['onnxruntime', 'wasm', 'cpu'] as const
const FILES = globSync('models/*/*.recordings.jsonl', { cwd: ROOT }).sort()

/** Models of TF.js are asked in each of its engines that is always there; what was recorded is TF.js's own wasm backend. */
const CASES = FILES.flatMap((file) =>
  (isTfjs(file) ? TFJS_ENGINES : (['auto'] as const)).map((tfjsEngine) => ({ file, tfjsEngine })),
)

function isTfjs(file: string): boolean {
  return /^models\/digits-(layers|graph)\//.test(file)
}

/** Kernels of float16 differ by processor in the last of its eleven bits, engines in the sums of float32. */
function toleranceOf(file: string): number {
  if (isTfjs(file)) return 1e-4
  return file.startsWith('models/half/') ? 2e-3 : 1e-5
}

describe.each(CASES)('$file ($tfjsEngine)', ({ file, tfjsEngine }) => {
  const text = readFileSync(resolve(ROOT, file), 'utf8').trim()
  const recordings = text.split('\n').map((line) => JSON.parse(line) as Recording)
  const folder = resolve(ROOT, file.replace('.recordings.jsonl', ''))
  const repository = new ModelRepository({
    placement: 'inline',
    prepare: { tfjsEngine },
    resolve: async (uri) => ({
      ...{
        uri,
        canonicalUri: uri,
        name: file.split('/')[1] ?? '',
        path: folder,
        origin: { kind: 'local' as const, location: folder, registry: undefined },
      },
      ...{ version: undefined, alias: undefined },
    }),
  })
  let server: RunningServer

  beforeAll(async () => {
    const logger = pino({ level: 'silent' })
    const app = await buildApp({ models: repository, dataPlane: new DataPlane(), logger })
    const model = await repository.load(folder)
    expect(model.goldenRequests).toBeGreaterThanOrEqual(5)
    server = await listen(app, { host: '127.0.0.1', port: 0 })
  })

  afterAll(async () => {
    await server.stop({ graceMs: 0 })
    await repository.close()
  })

  test.each(recordings)('$kind $id', async (recording) => {
    const reply = await fetch(`${server.url}/invocations`, {
      method: 'POST',
      body: bodyOf(recording),
      headers: recording.content_type === null ? {} : { 'content-type': recording.content_type },
    })
    const body = await reply.text()
    expect({ status: reply.status, type: reply.headers.get('content-type'), body }).toMatchObject({
      status: recording.status,
      type: recording.resp_type,
    })
    if (recording.status === 200) {
      if (!isSameJson(body, recording.resp, toleranceOf(file))) expect(body).toBe(recording.resp)
    } else if (recording.resp_type === 'application/json') {
      expect(JSON.parse(body).error_code).toBe(JSON.parse(recording.resp).error_code)
    }
  })
})
