import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'
import { column, doubled, FAKE_FLAVORS } from '../fakes/fake-model.ts'
import type { FakeConfig } from '../fakes/flavor-table.ts'

let folder: string
let repository: ModelRepository

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'many-models-'))
})
afterEach(async () => {
  await repository.close()
  await rm(folder, { recursive: true })
})

async function resolve(path: string): Promise<ResolvedModel> {
  return {
    ...{ uri: path, canonicalUri: path, name: basename(path), version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

function open(cores: number, expectedModels: number): void {
  const resources = { cores, memoryBytes: 1e9 }
  repository = new ModelRepository({ resolve, flavorTable: FAKE_FLAVORS, resources, expectedModels })
}

/** A model of the fake flavors, which tells in `loads` when it is loaded where. */
async function makeModel(name: string, config: FakeConfig = {}): Promise<string> {
  const path = join(folder, name)
  const told = { ...config, logTo: join(folder, 'loads') }
  await mkdir(path)
  await writeFile(join(path, 'MLmodel'), `flavors:\n  onnx: ${JSON.stringify(told)}\n`)
  return path
}

function makeModels(count: number, config: FakeConfig = {}): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => makeModel(`model-${index}`, config)))
}

interface Loads {
  readonly most: number
  readonly threads: number
}

/** How many were loaded at the same time at most, and in how many threads, this one left out. */
async function loads(): Promise<Loads> {
  const threads = new Set<string>()
  let [now, most] = [0, 0]
  for (const line of (await readFile(join(folder, 'loads'), 'utf8')).trimEnd().split('\n')) {
    const [what, thread = ''] = line.split(' ')
    if (thread === String(threadId)) continue
    threads.add(thread)
    now += what === 'begins' ? 1 : -1
    most = Math.max(most, now)
  }
  return { most, threads: threads.size }
}

async function answers(model: ServedModel): Promise<number[]> {
  const inference = { inputs: column(1.5), parameters: new Map() }
  return doubled((await new DataPlane().infer(model, inference)).outputs)
}

describe('models that are asked for at once', () => {
  test('are opened on as many cores as there are, in threads that go from one to the next', async () => {
    const paths = await makeModels(7, { loadMs: 20 })
    open(2, paths.length)
    const models = await Promise.all(paths.map((path) => repository.load(path)))
    expect(models.map(({ placement }) => placement)).toEqual(paths.map(() => 'inline'))
    const { most, threads } = await loads()
    expect(most).toBeLessThanOrEqual(2)
    expect(threads).toBe(2)
    expect(repository.list()).toEqual(models)
    for (const model of models) expect(await answers(model)).toEqual([3])
  })

  test('keep the threads that they need', async () => {
    const configs = [{ runMs: 2 }, {}, { runMs: 2 }, {}, {}]
    const paths = await Promise.all(configs.map((config, index) => makeModel(`model-${index}`, config)))
    open(1, paths.length)
    const models = await Promise.all(paths.map((path) => repository.load(path)))
    expect(models.map(({ placement }) => placement)).toEqual(['pool', 'inline', 'pool', 'inline', 'inline'])
    expect(await loads()).toEqual({ most: 1, threads: 3 })
    for (const model of models) expect(await answers(model)).toEqual([3])
  })

  test('are loaded although one of them fails', async () => {
    const paths = await makeModels(4)
    const failing = await makeModel('failing', { failsToLoad: true })
    open(1, 5)
    const asked = [failing, ...paths].map((path) => repository.load(path))
    const [first, ...others] = await Promise.allSettled(asked)
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'This model never loads' } })
    expect(others.map(({ status }) => status)).toEqual(paths.map(() => 'fulfilled'))
    expect(repository.list().map(({ name }) => name)).toEqual(paths.map((path) => basename(path)))
  })

  test('can be unloaded while they wait, and while they are opened in a thread that another has left', async () => {
    const slow = { loadMs: 1000 }
    const names = ['left', 'opened', 'waiting', 'last']
    const configs = [{}, slow, slow, {}]
    const paths = await Promise.all(names.map((name, index) => makeModel(name, configs[index])))
    open(1, 4)
    const asked = paths.map((path) => repository.load(path))
    const settled = Promise.allSettled(asked)
    await asked[0]
    await sleep(50)
    await Promise.all([repository.unload('waiting'), repository.unload('opened')])
    const cancelled = { status: 'rejected', reason: { code: 'CANCELLED' } }
    const served = { status: 'fulfilled' }
    expect(await settled).toMatchObject([served, cancelled, cancelled, served])
    for (const model of repository.list()) expect(await answers(model)).toEqual([3])
  })
})
