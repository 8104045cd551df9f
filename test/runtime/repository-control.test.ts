import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { invalidParameter } from '../../src/core/errors.ts'
import type { PrepareOptions } from '../../src/flavors/flavor.ts'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../src/runtime/model-repository.ts'
import { RepositoryControl } from '../../src/runtime/repository-control.ts'
import type { ServedModel } from '../../src/runtime/served-model.ts'
import { type CandidateModel, passTrial } from '../../src/runtime/trial/pass-trial.ts'
import { FAKE_FLAVORS } from './fakes/fake-model.ts'
import { FakeRegistry, fakeModel } from './fakes/fake-registry.ts'

const dataPlane = new DataPlane()

let repository: ModelRepository

afterEach(() => repository?.close())

/** As a trial that every model passes. */
async function passing({ prepare }: CandidateModel): Promise<PrepareOptions | undefined> {
  return prepare
}

function open(registry: FakeRegistry, options: Partial<ModelRepositoryOptions> = {}) {
  repository = new ModelRepository({
    resolve: (uri) => registry.resolve(uri),
    flavorTable: FAKE_FLAVORS,
    placement: 'inline',
    passTrial: passing,
    ...options,
  })
  return new RepositoryControl(repository)
}

async function score(model: ServedModel | undefined, body: unknown = { inputs: [1.5] }): Promise<string> {
  const decoded = await model!.scoring.decode(Buffer.from(JSON.stringify(body)), 'application/json')
  const { outputs } = await dataPlane.infer(model!, decoded.request)
  return model!.scoring.encode(outputs, decoded.form)
}

describe('versions of a name', () => {
  test('are served side by side, the first being the one that the name means', async () => {
    open(new FakeRegistry(fakeModel(), fakeModel()), { expectedModels: 3 })
    const two = await repository.load('models:/iris/2')
    const one = await repository.load('models:/iris/1')
    expect(repository.ready()).toBe(false)
    const path = fakeModel()
    const third = await repository.loadPlan({ uri: path, name: 'iris', version: 'blue' })
    expect(repository.ready()).toBe(true)
    expect(repository.versions('iris')).toEqual(['2', '1', 'blue'])
    expect(repository.get('iris')).toBe(two)
    expect(repository.get('iris', '1')).toBe(one)
    expect(repository.get('iris', 'blue')).toBe(third)
    expect(repository.get('iris', '3')).toBeUndefined()
    expect(repository.list()).toEqual([two, one, third])
    await expect(repository.load('models:/iris/1')).rejects.toThrow(
      /Version 1 of a model is already served as 'iris'.*-m NAME=URI/,
    )
  })

  test('that are asked for at the same time are told apart as soon as they are known', async () => {
    open(new FakeRegistry(fakeModel()), { expectedModels: 2 })
    const results = await Promise.allSettled([
      repository.load('models:/iris/1'),
      repository.load('models:/iris@champion'),
    ])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(repository.versions('iris')).toEqual(['1'])
  })

  test('have what their plan says, and what all have where it says nothing', async () => {
    open(new FakeRegistry(), { expectedModels: 2, workers: 3, limits: { maxRequests: 5, maxRows: 50 } })
    const uri = fakeModel({ runMs: 2 })
    const pooled = await repository.loadPlan({
      uri,
      name: 'a',
      placement: 'pool',
      workers: 1,
      limits: { maxRows: 2 },
    })
    const other = await repository.loadPlan({ uri, name: 'b', placement: 'pool' })
    expect([pooled.stats().workers, other.stats().workers]).toEqual([1, 3])
    const underWay = score(pooled)
    await expect(score(pooled, { inputs: [1.5, 2.5, 3.5] })).rejects.toMatchObject({
      details: { refused: 'queue' },
    })
    await underWay
  })
})

describe('loading a model anew', () => {
  test('asks for its alias again, and serves the old version until the new one is ready', async () => {
    const registry = new FakeRegistry(fakeModel(), fakeModel())
    const control = open(registry)
    const old = await repository.load('models:/iris@champion')
    await repository.loadPlan({ uri: fakeModel(), name: 'other' })
    registry.champion = '2'
    const told: ServedModel[] = []
    repository.onLoaded = (model) => told.push(model)
    const loading = control.load('iris', {})
    expect(control.index()[0]).toEqual({
      name: 'iris',
      version: '1',
      state: 'READY',
      reason: 'It is being loaded anew',
    })
    while (repository.get('iris') === old) {
      await score(repository.get('iris'))
      await sleep(1)
    }
    await loading
    expect(told).toEqual([repository.get('iris')])
    expect(repository.versions('iris')).toEqual(['2'])
    expect(repository.default()).toBe(repository.get('iris'))
    expect(repository.names()).toEqual(['iris', 'other'])
    expect(repository.plans()[0]).toMatchObject({
      name: 'iris',
      loaded: true,
      plans: [
        {
          uri: 'models:/iris@champion',
          served: '2',
          pin: { uri: 'models:/iris/2', canonicalUri: 'models:/iris@champion', alias: 'champion' },
        },
      ],
    })
  })

  test('lets those be answered by the old one that found it before', async () => {
    const control = open(new FakeRegistry())
    const old = await repository.loadPlan({
      uri: fakeModel({ runMs: 5 }),
      name: 'iris',
      placement: 'pool',
      workers: 1,
    })
    // As a request whose body is still coming.
    old.admission.hold()
    await control.load('iris', {})
    expect(repository.get('iris')).not.toBe(old)
    expect(JSON.parse(await score(old))).toEqual({ predictions: { y: [3] } })
    const last = score(old)
    old.admission.release()
    await last
    while (repository.leaving().length > 0) await sleep(5)
    await expect(score(old)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  })

  test('gives it the threads that the old one has, not what those leave', async () => {
    const resources = { cores: 4, memoryBytes: 1e9 }
    const control = open(new FakeRegistry(), { resources, placement: 'pool' })
    await repository.loadPlan({ uri: fakeModel({ runMs: 2 }), name: 'iris' })
    await control.load('iris', {})
    expect(repository.get('iris')?.stats().workers).toBe(4)
  })

  test('leaves the old one where the new one fails its trial, and says why', async () => {
    const control = open(new FakeRegistry(), { passTrial })
    const old = await repository.loadPlan({ uri: fakeModel(), name: 'iris' })
    await expect(control.load('iris', { uri: fakeModel({ failsToLoad: true }) })).rejects.toThrow(
      'never loads',
    )
    expect(repository.get('iris')).toBe(old)
    expect(repository.leaving()).toEqual([])
    expect(control.index()).toEqual([
      {
        name: 'iris',
        version: '1',
        state: 'READY',
        reason: expect.stringMatching(/not loaded anew: .*never loads/),
      },
    ])
    await score(old)
  })

  test('of several versions replaces all of them, or none', async () => {
    const folder = fakeModel()
    const control = open(new FakeRegistry(fakeModel(), folder), { expectedModels: 2 })
    const one = await repository.load('models:/iris/1')
    await repository.load('models:/iris/2')
    await control.load('iris', {})
    expect(repository.versions('iris')).toEqual(['1', '2'])
    expect(repository.get('iris', '1')).not.toBe(one)
    const renewed = repository.get('iris', '1')
    writeFileSync(join(folder, 'MLmodel'), 'flavors:\n  onnx: {failsToLoad: true}\n')
    await expect(control.load('iris', {})).rejects.toThrow('never loads')
    expect(repository.get('iris')).toBe(renewed)
    await control.load('iris', { uri: fakeModel() })
    expect(repository.versions('iris')).toEqual(['1'])
  })

  test('is refused while that is being done already', async () => {
    const control = open(new FakeRegistry())
    await repository.loadPlan({ uri: fakeModel(), name: 'iris' })
    const first = control.load('iris', {})
    await expect(control.load('iris', {})).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' })
    await first
    await control.load('iris', {})
  })
})

describe('a model that was not there', () => {
  test('is loaded from a URI, or from the registry under its name', async () => {
    const registry = new FakeRegistry(fakeModel(), fakeModel())
    const control = open(registry, { expectedModels: 0 })
    expect(repository.ready()).toBe(true)
    await control.load('new', { uri: fakeModel() })
    await control.load('iris', {})
    expect(repository.get('iris')).toMatchObject({ version: '2', source: { canonicalUri: 'models:/iris/2' } })
    expect(repository.default()?.name).toBe('new')
    await expect(control.load('other', {})).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    expect(control.index().map(({ name, state }) => [name, state])).toEqual([
      ['new', 'READY'],
      ['iris', 'READY'],
    ])
  })

  test.each(['', ' ', '.', '..', 'a/b', 'models:/iris', 'x\n', 'x'.repeat(257)])(
    'must have a name: %j',
    async (name) => {
      const control = open(new FakeRegistry(), { expectedModels: 0 })
      await expect(control.load(name, {})).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    },
  )
})

describe('unloading', () => {
  test('takes all versions, keeps the name known, and means no other default', async () => {
    const control = open(new FakeRegistry(fakeModel(), fakeModel()), { expectedModels: 3 })
    await repository.load('models:/iris/1')
    await repository.load('models:/iris/2')
    await repository.loadPlan({ uri: fakeModel(), name: 'other' })
    await control.unload('iris')
    expect(repository.get('iris')).toBeUndefined()
    expect(repository.default()).toBeUndefined()
    expect(repository.ready()).toBe(true)
    expect(control.index()).toEqual([
      { name: 'iris', version: '1', state: 'UNAVAILABLE', reason: 'unloaded' },
      { name: 'iris', version: '2', state: 'UNAVAILABLE', reason: 'unloaded' },
      { name: 'other', version: '1', state: 'READY', reason: '' },
    ])
    await expect(control.unload('iris')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    await control.load('iris', {})
    expect(repository.versions('iris')).toEqual(['1', '2'])
    expect(repository.default()?.name).toBe('iris')
  })

  test('gives up what is being loaded', async () => {
    const control = open(new FakeRegistry(), { expectedModels: 0, passTrial })
    const loading = control.load('slow', { uri: fakeModel({ loadMs: 500 }) }).catch((error: unknown) => error)
    await sleep(20)
    expect(control.index()).toEqual([{ name: 'slow', version: '', state: 'LOADING', reason: '' }])
    await control.unload('slow')
    expect(await loading).toMatchObject({ code: 'RESOURCE_CONFLICT' })
    expect(control.index()).toEqual([])
  })

  test('gives up all versions of a name that is being loaded anew, also those that are loaded already', async () => {
    const registry = new FakeRegistry(fakeModel(), fakeModel())
    const control = open(registry, { expectedModels: 2 })
    await repository.load('models:/iris/1')
    await repository.load('models:/iris/2')
    const second = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const resolve = registry.resolve.bind(registry)
    registry.resolve = async (uri) => {
      if (uri === 'models:/iris/2') {
        second.resolve()
        await go.promise
      }
      return resolve(uri)
    }
    const loading = control.load('iris', {}).catch((error: unknown) => error)
    await second.promise
    await control.unload('iris')
    go.resolve()
    expect(await loading).toMatchObject({ code: 'RESOURCE_CONFLICT' })
    expect(repository.leaving()).toEqual([])
    expect(control.index().map(({ state, reason }) => [state, reason])).toEqual([
      ['UNAVAILABLE', 'unloaded'],
      ['UNAVAILABLE', 'unloaded'],
    ])
  })

  test('gives up at once what waits for the trial of another model', async () => {
    const tried: string[] = []
    const endlessly = async ({ name, signal }: CandidateModel): Promise<undefined> => {
      tried.push(name)
      await sleep(60_000, undefined, { signal })
    }
    const control = open(new FakeRegistry(), { expectedModels: 0, passTrial: endlessly })
    const [endless, waiting] = ['endless', 'waiting'].map((name) =>
      control.load(name, { uri: fakeModel() }).catch((error: unknown) => error),
    )
    while (tried.length === 0) await sleep(5)
    await control.unload('waiting')
    expect(await waiting).toMatchObject({ code: 'RESOURCE_CONFLICT' })
    expect(control.index().map(({ name, state }) => [name, state])).toEqual([['endless', 'LOADING']])
    await control.unload('endless')
    expect(await endless).toMatchObject({ code: 'RESOURCE_CONFLICT' })
    expect(tried).toEqual(['endless'])
  })
})

test('models that are loaded at the same time are tried one after the other', async () => {
  let [trials, most] = [0, 0]
  const counted = async (candidate: CandidateModel): Promise<PrepareOptions | undefined> => {
    most = Math.max(most, ++trials)
    await sleep(5)
    trials -= 1
    if (candidate.name === 'bad') throw invalidParameter('It did not pass')
    return candidate.prepare
  }
  const control = open(new FakeRegistry(), { expectedModels: 0, passTrial: counted })
  const loaded = await Promise.allSettled(
    ['a', 'bad', 'b'].map((name) => control.load(name, { uri: fakeModel() })),
  )
  expect(loaded.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(most).toBe(1)
})

test('another process gets the same, whatever the alias means by then', async () => {
  const registry = new FakeRegistry(fakeModel(), fakeModel())
  const control = open(registry)
  await repository.load('models:/iris@champion')
  await control.unload('iris')
  const { plans } = await control.prepareChange({ kind: 'load', name: 'iris' })
  registry.champion = '2'
  registry.asked.length = 0
  const other = new ModelRepository({
    resolve: (uri) => registry.resolve(uri),
    flavorTable: FAKE_FLAVORS,
    placement: 'inline',
  })
  const change = await new RepositoryControl(other).prepareChange({
    kind: 'load',
    name: 'iris',
    plans: plans ?? [],
  })
  expect(other.get('iris')).toBeUndefined()
  await change.commit()
  expect(registry.asked).toEqual(['models:/iris/1'])
  expect(other.get('iris')).toMatchObject({
    version: '1',
    source: { canonicalUri: 'models:/iris@champion', alias: 'champion' },
  })
  await other.close()
})

describe('a model that was replaced', () => {
  const kept = { keepPreviousMs: 60_000 }

  function eventsOf(control: RepositoryControl): readonly string[] {
    const { events = [] } = control.history('iris') ?? {}
    return events.map(({ kind, version, previous }) => `${kind} ${version} after ${previous}`)
  }

  test('stays loaded for a while, and is served again at once', async () => {
    const registry = new FakeRegistry(fakeModel(), fakeModel())
    const control = open(registry, kept)
    const old = await repository.load('models:/iris@champion')
    control.noteStart()
    registry.champion = '2'
    await control.load('iris', {})
    const newer = repository.get('iris')
    expect(repository.leaving()).toEqual([])
    const asked = registry.asked.length
    await control.rollback('iris')
    expect(repository.get('iris')).toBe(old)
    expect(registry.asked).toHaveLength(asked)
    expect(JSON.parse(await score(old))).toEqual({ predictions: { y: [3] } })
    expect(eventsOf(control)).toEqual(['loaded 1 after ', 'loaded 2 after 1', 'rolled-back 1 after 2'])
    await expect(control.rollback('iris')).rejects.toMatchObject({
      code: 'RESOURCE_CONFLICT',
      message: expect.stringContaining('served since a rollback from version 2'),
    })
    await control.change({ kind: 'restore', name: 'iris', watched: 'the alias means version 2' })
    expect(repository.get('iris')).toBe(newer)
    expect(eventsOf(control).at(-1)).toBe('restored 2 after 1')
  })

  test('answers those that found it before it was replaced', async () => {
    const control = open(new FakeRegistry(), kept)
    const uri = fakeModel({ runMs: 5 })
    const old = await repository.loadPlan({ uri, name: 'iris', placement: 'pool', workers: 1 })
    old.admission.hold()
    await control.load('iris', {})
    expect(JSON.parse(await score(old))).toEqual({ predictions: { y: [3] } })
    old.admission.release()
  })

  test('is loaded again where its time is over, as the version that it was', async () => {
    const registry = new FakeRegistry(fakeModel(), fakeModel())
    const control = open(registry, { keepPreviousMs: 20 })
    const old = await repository.load('models:/iris@champion')
    registry.champion = '2'
    await control.load('iris', {})
    await sleep(60)
    await expect(score(old)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    await control.rollback('iris')
    expect(repository.get('iris')).not.toBe(old)
    expect(repository.get('iris')?.version).toBe('1')
    expect(registry.asked.at(-1)).toBe('models:/iris/1')
  })

  test('is ended when the next one takes its place, or the name is unloaded', async () => {
    const control = open(new FakeRegistry(fakeModel()), kept)
    const first = await repository.load('models:/iris/1')
    await control.load('iris', {})
    const second = repository.get('iris')
    await control.load('iris', {})
    await expect(score(first)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    await score(second)
    await control.unload('iris')
    await expect(score(second)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    await expect(control.rollback('iris')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('is there once more where a change of all processes was not made after all', async () => {
    const control = open(new FakeRegistry(fakeModel()), kept)
    const first = await repository.load('models:/iris/1')
    await control.load('iris', {})
    const prepared = await control.prepareChange({ kind: 'restore', name: 'iris' })
    expect(prepared.plans).toMatchObject([{ uri: 'models:/iris/1', served: '1' }])
    await prepared.discard()
    await score(first)
    await control.rollback('iris')
    expect(repository.get('iris')).toBe(first)
  })

  test('was never there: nothing to go back to', async () => {
    const control = open(new FakeRegistry(fakeModel()))
    await repository.load('models:/iris/1')
    await expect(control.rollback('iris')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: "Nothing was served as 'iris' before",
    })
  })
})
