import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { FAKE_FLAVORS } from '../fakes/fake-model.ts'
import { HOSTILE_FLAVORS } from './support/hostile-flavors.ts'
import { hostileFolder, openRepository, resolvePath } from './support/test-repository.ts'
import { isAlive, trialsOf } from './support/trial-processes.ts'

const TRIED = { flavorTable: HOSTILE_FLAVORS, trial: { atStart: true } }
/** Its trial goes on until it is given up. */
const waiting = (): string => hostileFolder({ on: 'load', harm: 'neverSettle' })

async function oneTrial(): Promise<void> {
  await vi.waitFor(() => expect(trialsOf(process.pid)).toHaveLength(1), { timeout: 60_000 })
}

function threadCount(): number {
  return readdirSync('/proc/self/task').length
}

test('a model that is unloaded while it is tried is given up, and its name is free', async () => {
  const { repository } = openRepository(TRIED)
  const loading = repository.load(waiting(), 'model').catch((error: unknown) => error)
  await oneTrial()
  await expect(repository.load(hostileFolder(), 'model')).rejects.toMatchObject({
    code: 'RESOURCE_ALREADY_EXISTS',
  })
  await repository.unload('model')
  expect(trialsOf(process.pid)).toEqual([])
  expect(await loading).toMatchObject({ code: 'CANCELLED' })
  expect((await repository.load(hostileFolder(), 'model')).name).toBe('model')
})

test.each(['drain', 'close'] as const)(
  'a %s gives up what is being tried, and takes no more',
  async (end) => {
    const { repository } = openRepository(TRIED)
    const loading = repository.load(waiting()).catch((error: unknown) => error)
    await oneTrial()
    await repository[end](1_000)
    expect(await loading).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    expect(trialsOf(process.pid)).toEqual([])
    await expect(repository.load(hostileFolder())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  },
)

test('a model that is unloaded while it is looked for is given up at once', async () => {
  const { repository } = openRepository({ resolve: () => new Promise(() => {}) })
  const loading = repository.load('nowhere', 'model').catch((error: unknown) => error)
  await repository.unload('model')
  expect(await loading).toMatchObject({ code: 'CANCELLED' })
})

test('a model that is unloaded while its thread opens it is given up', async () => {
  const { repository } = openRepository({ flavorTable: HOSTILE_FLAVORS })
  const loading = repository.load(waiting(), 'model').catch((error: unknown) => error)
  await sleep(300)
  await repository.unload('model')
  expect(await loading).toMatchObject({ code: 'CANCELLED' })
  expect(repository.list()).toEqual([])
})

test('of two loads under one name at the same time one is refused, and the other serves', async () => {
  const { repository } = openRepository({ flavorTable: FAKE_FLAVORS })
  const folder = hostileFolder()
  const both = await Promise.allSettled([repository.load(folder, 'one'), repository.load(folder, 'one')])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(repository.list()).toHaveLength(1)
})

test('of two unloads at the same time one finds nothing to unload', async () => {
  const { repository } = openRepository({ flavorTable: FAKE_FLAVORS })
  await repository.load(hostileFolder(), 'one')
  const both = await Promise.allSettled([repository.unload('one'), repository.unload('one')])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('a load that fails leaves no thread, and its cores to the next one', async () => {
  const resources = { cores: 3, memoryBytes: 1e9 }
  const { repository } = openRepository({
    flavorTable: FAKE_FLAVORS,

    placement: 'pool',
    resources,
  })
  await repository.load(hostileFolder(), 'first')
  await repository.unload('first')
  const threads = threadCount()
  const failing = hostileFolder({ failsToLoad: true } as object)
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(repository.load(failing, 'failing')).rejects.toThrow('never loads')
  }
  await vi.waitFor(() => expect(threadCount()).toBeLessThanOrEqual(threads), { timeout: 60_000 })
  expect((await repository.load(hostileFolder(), 'next')).stats().workers).toBe(3)
})

test('models that are loaded at the same time share the cores that are left', async () => {
  const resources = { cores: 3, memoryBytes: 1e9 }
  const options = { flavorTable: FAKE_FLAVORS, placement: 'pool', resources } as const
  const { repository } = openRepository({ ...options, expectedModels: 3, resolve: resolvePath })
  const folder = hostileFolder()
  const models = await Promise.all(['a', 'b', 'c'].map((name) => repository.load(folder, name)))
  expect(models.map((model) => model.stats().workers)).toEqual([1, 1, 1])
})

test('a model that is loaded beside another gets the cores that are left', async () => {
  const resources = { cores: 4, memoryBytes: 1e9 }
  const { repository } = openRepository({
    flavorTable: FAKE_FLAVORS,
    placement: 'pool',
    resources,
    expectedModels: 2,
  })
  const folder = hostileFolder()
  const [first, second] = [await repository.load(folder, 'first'), await repository.load(folder, 'second')]
  expect([first, second].map((model) => model.stats().workers)).toEqual([2, 2])
})

test('a trial ends with the process that began it, however that ends', async () => {
  const script = join(import.meta.dirname, 'support/killed-parent.ts')
  const parent = execFile(process.execPath, [script])
  const [line] = (await once(parent.stdout!.setEncoding('utf8'), 'data')) as [string]
  const trial = Number(line)
  expect(isAlive(trial)).toBe(true)
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(trial)).toBe(false), { timeout: 60_000 })
})
