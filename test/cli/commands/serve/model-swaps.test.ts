import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type FollowedRegistry, ModelSwaps } from '../../../../src/cli/commands/serve/watch/model-swaps.ts'
import { invalidModel, unreachable } from '../../../../src/core/errors.ts'
import { eventOf, type ModelChange, type NamedModels } from '../../../../src/core/model-change.ts'
import { ModelHistories } from '../../../../src/core/model-history.ts'
import type { WatchedModels } from '../../../../src/supervisor/watched-models.ts'

const CHAMPION = 'models:/iris@champion'

function planOf(version: string, uri = CHAMPION) {
  return { uri, served: version, pin: { uri: `models:/iris/${version}`, canonicalUri: uri } }
}

/** A server of one model, which loads any version but those that are named. */
class Server implements WatchedModels {
  readonly histories = new ModelHistories()
  readonly changes: string[] = []
  readonly failing = new Map<string, Error>()
  /** To what the alias leads when it is loaded. */
  champion = '1'
  #named: NamedModels = { name: 'iris', plans: [planOf('1')], loaded: true }

  list(): readonly NamedModels[] {
    return [this.#named, { name: 'fixed', plans: [{ uri: './model', served: '1' }], loaded: true }]
  }

  async change(change: ModelChange): Promise<void> {
    const { plans: before, previous } = this.#named
    const after = change.kind === 'restore' ? (previous ?? []) : [planOf(this.champion)]
    this.changes.push(`${change.kind} ${this.champion}`)
    const failure = this.failing.get(this.champion)
    if (failure !== undefined) throw failure
    this.#named = { name: 'iris', plans: after, loaded: true, previous: before }
    this.note('iris', eventOf(change, { before, after }))
  }

  note: WatchedModels['note'] = (name, event) => this.histories.note(name, event)

  get served(): string {
    return (this.#named.plans[0] as { served: string }).served
  }
}

class Registry implements FollowedRegistry {
  onVersions: FollowedRegistry['onVersions'] = () => {}
  readonly followed: (readonly string[])[] = []
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  follow(uris: readonly string[]): void {
    this.followed.push(uris)
  }

  look(): void {
    setImmediate(() => this.onVersions(new Map([[CHAMPION, this.#server.champion]])))
  }

  /** The alias moves, and the watch sees it. */
  async move(version: string): Promise<void> {
    this.#server.champion = version
    this.look()
    await vi.advanceTimersByTimeAsync(1)
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let server: Server
let registry: Registry
let isHeld = false
let told: string[]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  server = new Server()
  registry = new Registry(server)
  isHeld = false
  told = []
  const log = {
    info: (_: object, message: string) => void told.push(message),
    warn: (_: object, message: string) => void told.push(message),
  }
  new ModelSwaps({ models: server, registry, isHeld: () => isHeld, log })
})
afterEach(() => {
  vi.useRealTimers()
})

test('only what may mean another version is followed, and loaded when it does', async () => {
  expect(registry.followed).toEqual([[CHAMPION]])
  await registry.move('1')
  expect(server.changes).toEqual([])
  await registry.move('2')
  expect(server.served).toBe('2')
  await registry.move('1')
  expect(server.changes).toEqual(['load 2', 'restore 1'])
})

test('a refused version is not tried again before the alias has meant another one', async () => {
  server.failing.set('2', invalidModel('It is broken'))
  await registry.move('2')
  await registry.move('2')
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(server.changes).toEqual(['load 2'])
  expect(server.served).toBe('1')
  expect(server.histories.trouble('iris')).toMatchObject({
    ...{ kind: 'refused', version: '2', reason: 'It is broken' },
  })
  await registry.move('3')
  await registry.move('2')
  expect(server.changes).toEqual(['load 2', 'load 3', 'load 2'])
  expect(server.served).toBe('3')
})

test.each([
  ['refused', () => invalidModel('It is broken')],
  ['failed', () => unreachable('Nobody answers')],
])('a version that was %s is no trouble once the alias means what is served', async (kind, failure) => {
  server.failing.set('2', failure())
  await registry.move('2')
  expect(server.histories.trouble('iris')).toMatchObject({ kind, version: '2' })
  await registry.move('1')
  await registry.move('1')
  expect(server.histories.trouble('iris')).toBeUndefined()
  expect(server.histories.of('iris')?.events.map((event) => event.kind)).toEqual([kind, 'withdrawn'])
  expect(server.histories.of('iris')?.events.at(-1)).toMatchObject({ version: '2', previous: '' })
})

test('what could not be had is tried again, after longer and longer times, and only the last failure is kept', async () => {
  server.failing.set('2', unreachable('Nobody answers'))
  await registry.move('2')
  await vi.advanceTimersByTimeAsync(4_000)
  await registry.move('2')
  expect(server.changes).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(server.changes).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(8_000)
  expect(server.changes).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(server.changes).toHaveLength(3)
  expect(server.histories.of('iris')).toMatchObject({ events: [{ kind: 'failed' }], counts: { failed: 3 } })
  server.failing.clear()
  await vi.advanceTimersByTimeAsync(25_000)
  expect(server.served).toBe('2')
  expect(server.histories.trouble('iris')).toBeUndefined()
})

test('an alias that moves on while one is tried again is followed at once', async () => {
  server.failing.set('2', unreachable('Nobody answers'))
  await registry.move('2')
  await registry.move('3')
  expect(server.served).toBe('3')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.changes).toEqual(['load 2', 'load 3'])
})

test('what was rolled back by hand stays so until the alias means another version', async () => {
  await registry.move('2')
  await server.change({ kind: 'restore', name: 'iris' })
  expect(server.served).toBe('1')
  await registry.move('2')
  expect(server.served).toBe('1')
  await registry.move('3')
  expect(server.served).toBe('3')
})

test('a model of a rollout stays as it is', async () => {
  isHeld = true
  await registry.move('2')
  await registry.move('2')
  expect(server.changes).toEqual([])
  expect(told).toEqual([expect.stringContaining('part of a rollout')])
})
