import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ResolvedModel } from '../../src/core/resolved-model.ts'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../src/runtime/served-model.ts'
import { FAKE_FLAVORS } from './fakes/fake-model.ts'
import type { FakeConfig } from './fakes/flavor-table.ts'

const IRIS = join(import.meta.dirname, '../../models/iris/1')
const SERIES = join(import.meta.dirname, '../../models/series/1')
const dataPlane = new DataPlane()

let repository: ModelRepository
let folder: string
let warnings: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repository-'))
  warnings = []
})
afterEach(async () => {
  await repository?.close()
  await rm(folder, { recursive: true })
})

async function resolve(path: string): Promise<ResolvedModel> {
  const name = basename(path)
  return {
    uri: path,
    canonicalUri: path,
    name,
    version: undefined,
    alias: undefined,
    path,
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

function open(options: Partial<ModelRepositoryOptions> = {}): ModelRepository {
  const log = { info: () => {}, warn: (_: object, message: string) => void warnings.push(message) }
  repository = new ModelRepository({ resolve, log, ...options })
  return repository
}

/** A model folder for the fake flavors. */
async function fakeFolder(config: FakeConfig, extra = ''): Promise<string> {
  await writeFile(join(folder, 'MLmodel'), `flavors:\n  onnx: ${JSON.stringify(config)}\n${extra}`)
  return folder
}

async function irisWith(golden: string): Promise<string> {
  await cp(IRIS, folder, { recursive: true })
  await writeFile(join(folder, 'golden.jsonl'), golden)
  return folder
}

/** A model of the fake flavors with an input example and its recorded output. */
async function fakeFolderWithExample(output: string): Promise<string> {
  await writeFile(join(folder, 'serving_input_example.json'), '{"inputs": [1.5, 2]}')
  await writeFile(join(folder, 'serving_output_example.json'), output)
  return fakeFolder({}, 'saved_input_example_info: {serving_input_path: serving_input_example.json}\n')
}

/** The reply to a JSON body, as a route would make it. */
async function score(model: ServedModel, body: unknown): Promise<string> {
  const decoded = await model.scoring.decode(Buffer.from(JSON.stringify(body)), 'application/json')
  const { outputs } = await dataPlane.infer(model, decoded.request)
  return model.scoring.encode(outputs, decoded.form)
}

/** On a busy machine even a light model may once take long. */
const MEASURED = { retry: 4 }

describe('loading', () => {
  test('serves a light model inline, proved by its golden requests', MEASURED, async () => {
    const model = await open().load(IRIS, 'iris')
    expect(model).toMatchObject({ name: 'iris', placement: 'inline', source: { path: IRIS } })
    expect(model.goldenRequests).toBeGreaterThan(0)
    expect(model.loadTimes.batch1).toBeLessThan(0.5)
    const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
    const reply = await score(model, { dataframe_split: { columns, data: [[5.1, 3.5, 1.4, 0.2]] } })
    expect(JSON.parse(reply).predictions[0].output_label).toBe('setosa')
  })

  test('serves a model in a pool where that is forced, with as many workers as told', async () => {
    const model = await open({ placement: 'pool', workers: 2 }).load(IRIS, 'iris')
    expect(model.placement).toBe('pool')
    expect(model.goldenRequests).toBeGreaterThan(0)
    expect(model.stats()).toMatchObject({ workers: 2, running: 0, queued: 0 })
  })

  test('serves a model whose runs take long in a pool', async () => {
    const path = await fakeFolder({ runMs: 3 })
    const model = await open({ flavorTable: FAKE_FLAVORS, workers: 3 }).load(path)
    expect(model).toMatchObject({ placement: 'pool', goldenRequests: 0 })
    expect(model.stats().workers).toBe(3)
    expect(model.loadTimes.batch1).toBeGreaterThan(2)
    expect(JSON.parse(await score(model, { inputs: [1.5, 2] }))).toEqual({ predictions: { y: [3, 4] } })
  })

  test('lists models in the order in which they were asked for, and the first is the default', async () => {
    const models = open({
      expectedModels: 2,
      resolve: async (uri) => {
        await sleep(uri === 'slow' ? 300 : 0)
        return { ...(await resolve(IRIS)), name: uri }
      },
    })
    await Promise.all([models.load('slow'), models.load('fast')])
    expect(models.list().map(({ name }) => name)).toEqual(['slow', 'fast'])
    expect(models.default()?.name).toBe('slow')
  })

  test('never places a model inline whose requests cannot be cut to a bounded size', MEASURED, async () => {
    const model = await open({ workers: 1 }).load(SERIES)
    expect(model.loadTimes.batch1).toBeLessThan(0.5)
    expect(model.placement).toBe('pool')
  })

  test('never places a model of unbounded runs inline, unless that is forced', async () => {
    const path = await fakeFolder({ unboundedRun: true })
    const auto = open({ flavorTable: FAKE_FLAVORS, workers: 1 })
    expect((await auto.load(path)).placement).toBe('pool')
    await auto.close()
    const forced = open({ flavorTable: FAKE_FLAVORS, placement: 'inline' })
    expect((await forced.load(path)).placement).toBe('inline')
  })

  test('gives a model that fills the memory fewer workers', async () => {
    const path = await fakeFolder({ runMs: 3, weightBytes: 100 })
    const resources = { cores: 4, memoryBytes: 400 }
    const model = await open({ flavorTable: FAKE_FLAVORS, resources }).load(path)
    expect(model.stats().workers).toBe(2)
  })

  test('divides the cores among the models that are expected', async () => {
    const path = await fakeFolder({ runMs: 3 })
    const resources = { cores: 4, memoryBytes: 1e9 }
    open({ flavorTable: FAKE_FLAVORS, resources, expectedModels: 2 })
    const [a, b] = await Promise.all([repository.load(path, 'a'), repository.load(path, 'b')])
    expect([a.stats().workers, b.stats().workers]).toEqual([2, 2])
  })

  test('fails where a golden request is answered in another way', async () => {
    const golden = '{"content_type": "text/csv", "body": "a\\n1", "status": 200, "resp": "{}"}'
    await expect(open().load(await irisWith(golden))).rejects.toThrow('golden.jsonl')
    expect(repository.list()).toEqual([])
    expect(repository.ready()).toBe(false)
  })

  test('counts the input example with a recorded output among the golden requests', async () => {
    const output = '{"predictions": {"y": [3, 4]}}'
    const model = await open({ flavorTable: FAKE_FLAVORS }).load(await fakeFolderWithExample(output))
    expect(model.goldenRequests).toBe(1)
    expect(repository.ready()).toBe(true)
  })

  test('fails where the input example is answered in another way than recorded', async () => {
    const path = await fakeFolderWithExample('{"predictions": {"y": [3, 5]}}')
    await expect(open({ flavorTable: FAKE_FLAVORS }).load(path)).rejects.toThrow(
      'The model does not answer its input example as recorded in serving_output_example.json: ' +
        'reply.predictions.y[1] is 4 instead of 5',
    )
    expect(repository.ready()).toBe(false)
  })

  test('warns where the input example is not answered', async () => {
    const example = 'saved_input_example_info: {serving_input_path: example.json}\n'
    await writeFile(join(folder, 'example.json'), '{"inputs": [-1]}')
    await open({ flavorTable: FAKE_FLAVORS, placement: 'inline' }).load(await fakeFolder({}, example))
    expect(warnings).toContain('The model does not answer its own input example')
  })

  test('fails with the reason where there is no model, or one that cannot be opened', async () => {
    open({ flavorTable: FAKE_FLAVORS })
    await expect(repository.load(join(folder, 'nothing'))).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    })
    await expect(repository.load(await fakeFolder({ failsToLoad: true }))).rejects.toThrow('never loads')
  })

  test('refuses a name that is taken', async () => {
    open({ flavorTable: FAKE_FLAVORS, placement: 'inline' })
    await repository.load(await fakeFolder({}), 'one')
    await expect(repository.load(folder, 'one')).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' })
  })
})

describe('what is loaded', () => {
  test('is found by name; the first is the default', async () => {
    open({ flavorTable: FAKE_FLAVORS, placement: 'inline', expectedModels: 2 })
    const first = await repository.load(await fakeFolder({}), 'first')
    expect(repository.ready()).toBe(false)
    const second = await repository.load(folder, 'second')
    expect(repository.ready()).toBe(true)
    expect(repository.get('second')).toBe(second)
    expect(repository.get('third')).toBeUndefined()
    expect(repository.default()).toBe(first)
    expect(repository.list()).toEqual([first, second])
  })

  test('is unloaded after what is under way has finished', async () => {
    open({ flavorTable: FAKE_FLAVORS, workers: 1 })
    const model = await repository.load(await fakeFolder({ runMs: 30 }), 'slow')
    const underWay = [score(model, { inputs: [1.5] }), score(model, { inputs: [2.5] })]
    await sleep(5)
    const unloaded = repository.unload('slow')
    expect(repository.get('slow')).toBeUndefined()
    await expect(score(model, { inputs: [3.5] })).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    const replies = (await Promise.all(underWay)).map((reply) => JSON.parse(reply).predictions.y)
    expect(replies).toEqual([[3], [5]])
    await unloaded
    await expect(repository.unload('slow')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('is not ready any more once it drains, and takes no further model', async () => {
    open({ flavorTable: FAKE_FLAVORS, placement: 'inline' })
    await repository.load(await fakeFolder({}), 'one')
    expect(repository.ready()).toBe(true)
    expect(await repository.drain(1000)).toBe(true)
    expect(repository.ready()).toBe(false)
    await expect(repository.load(folder, 'two')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  })
})
