import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { allocate, elementCount, type Tensor, type TensorMap } from '../../src/core/tensor.ts'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../src/runtime/model-repository.ts'
import { OverflowPool } from '../../src/runtime/overflow-pool.ts'
import { WorkerThreads } from '../../src/runtime/pool/worker-threads.ts'
import type { ServedModel } from '../../src/runtime/served-model.ts'
import { fakeWorkerModel } from './fakes/fake-model.ts'
import { JSON_BODY } from './fakes/json-body.ts'

const IRIS = join(import.meta.dirname, '../../models/iris/1')
const MANY = 20_000

let repository: ModelRepository

afterEach(async () => {
  await repository.close()
})

async function load(options: Partial<ModelRepositoryOptions> = {}): Promise<ServedModel> {
  repository = new ModelRepository({
    resolve: async (path) => ({
      ...{ uri: path, canonicalUri: path, name: 'iris', version: undefined, alias: undefined, path },
      origin: { kind: 'local', location: path, registry: undefined },
    }),
    batching: { mode: 'off' },
    ...options,
  })
  return repository.load(IRIS)
}

/** Placed by what a run takes, which on a machine with much to do is too long at times. */
async function loadInline(): Promise<ServedModel> {
  for (;;) {
    const model = await load()
    if (model.placement === 'inline') return model
    await repository.close()
  }
}

function zeros(model: ServedModel, rows: number): TensorMap {
  return new Map(
    model.predictor.inputs.map(({ name, datatype, shape }) => {
      const full = [rows, ...shape.slice(1)]
      return [name, { datatype, shape: full, data: allocate(datatype, elementCount(full)) } as Tensor]
    }),
  )
}

test('a model that is inline gets a thread for its first request that would block the server', async () => {
  const model = await loadInline()
  await model.predictor.predict(zeros(model, 2))
  expect(model.stats().workers).toBe(0)
  const answers = await Promise.all(
    [MANY, MANY, 1].map((rows) => model.predictor.predict(zeros(model, rows))),
  )
  const rows = answers.map((outputs) => outputs.values().next().value?.shape[0])
  expect(rows).toEqual([MANY, MANY, 1])
  expect(model.stats().workers).toBe(1)
})

test('what was forced to be inline has no other thread', async () => {
  const model = await load({ placement: 'inline' })
  await model.predictor.predict(zeros(model, MANY))
  expect(model.stats().workers).toBe(0)
})

test('a request in the other thread ends with the model', async () => {
  const model = await loadInline()
  const answers = [MANY, MANY, MANY].map((rows) => model.predictor.predict(zeros(model, rows)))
  const settled = Promise.allSettled(answers)
  await repository.close(0)
  expect((await settled).length).toBe(3)
})

describe('a large body for a model that is inline', () => {
  const row = '[5.1, 3.5, 1.4, 0.2]'
  const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
  const head = `{"dataframe_split": {"columns": ${JSON.stringify(columns)}, "data": [`
  const body = Buffer.from(`${head}${`${row}, `.repeat(60_000)}${row}]}}`)
  const request = { body, dialect: JSON_BODY }

  test('is answered in a thread of its own, as here, and the event loop stays free', async () => {
    const model = await loadInline()
    const { bodies } = model
    expect(body.length).toBeGreaterThan(bodies!.fromBytes)
    // The first opens the thread.
    await new DataPlane().score(model, bodies!, request)
    const begun = performance.now()
    let [longestMs, last] = [0, begun]
    const turns = setInterval(() => {
      const now = performance.now()
      longestMs = Math.max(longestMs, now - last)
      last = now
    }, 1)
    const { octets } = await new DataPlane().score(model, bodies!, request)
    const totalMs = performance.now() - begun
    clearInterval(turns)
    expect(longestMs).toBeLessThan(totalMs)
    expect(model.stats()).toMatchObject({ workers: 1, running: 0, queued: 0 })
    expect(model.admission.requests).toBe(0)
    const { request: decoded, form } = await model.scoring.decode(body, 'application/json')
    const here = model.scoring.encode(await model.predictor.predict(decoded.inputs), form)
    expect(Buffer.from(octets).toString() === here).toBe(true)
  })

  test('shares the thread with the other requests that are too long', async () => {
    const model = await loadInline()
    const replies = [model.bodies!.score(body, JSON_BODY, {}), model.predictor.predict(zeros(model, MANY))]
    await Promise.all(replies)
    expect(model.stats().workers).toBe(1)
  })

  test('is refused once the model is unloaded, and its thread has ended with the model', async () => {
    const model = await loadInline()
    const { bodies } = model
    await bodies!.score(body, JSON_BODY, {})
    await repository.unload('iris')
    await expect(bodies!.score(body, JSON_BODY, {})).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    })
  })

  test('stays in the serving thread where inline was forced', async () => {
    expect((await load({ placement: 'inline' })).bodies).toBeUndefined()
  })
})

test('a thread that cannot be opened is not asked for again at once', async () => {
  const log: string[] = []
  const pool = new OverflowPool({
    model: { ...fakeWorkerModel(), flavorTable: 'file:///nowhere.ts' },
    startThreads: async () => new WorkerThreads({ maxThreads: 1 }),
    log: { info: () => {}, warn: (_facts, message) => void log.push(message) },
  })
  expect(pool.available).toBe(true)
  await expect(pool.score(new Uint8Array(), JSON_BODY, {})).rejects.toThrow()
  expect(pool.available).toBe(false)
  expect(log).toEqual([expect.stringMatching(/^No worker thread could be opened for large requests/)])
  await pool.close()
})
