import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { IndexedModel } from '../../src/server/model-control.ts'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { childrenOf } from './support/process-figures.ts'
import { TrackingServer } from './support/tracking-server.ts'

const ONE = join(ROOT, 'models/iris/1')
const TWO = join(ROOT, 'models/iris/2')
/** Some flowers, so that an answer of two versions would be seen. */
const BODY = JSON.stringify({
  dataframe_split: {
    columns: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    data: Array.from({ length: 12 }, (_, i) => [4.5 + i / 5, 2.5 + (i % 3) / 2, 1 + i / 3, 0.2 + i / 8]),
  },
})

const running: HeadraceProcess[] = []
const opened: { close(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL')
    server.signal('SIGKILL')
    await server.finished()
  }
  for (const each of opened.splice(0)) await each.close()
})

interface Entry {
  readonly event: string
  readonly version: string
  readonly reason: string
}

/** A server that watches, and how it is asked. */
class Watching {
  readonly server: HeadraceProcess
  readonly url: string

  private constructor(server: HeadraceProcess, url: string) {
    this.server = server
    this.url = url
  }

  static async start(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const server = new HeadraceProcess({
      cwd,
      env,
      args: ['serve', '--port', '0', '-m', 'models:/iris@champion', '--watch', ...args],
    })
    running.push(server)
    const url = await server.listening()
    if (args.includes('--processes')) await server.printed(/all processes serve/)
    if (args.includes('--listeners') && !args.includes('1')) await server.printed(/all listeners serve/)
    return new Watching(server, url)
  }

  /** Each on a connection of its own, so that each process is asked. */
  async score(): Promise<string> {
    const headers = { 'content-type': 'application/json', connection: 'close' }
    const reply = await fetch(`${this.url}/invocations`, { method: 'POST', body: BODY, headers })
    const text = await reply.text()
    if (reply.status !== 200) throw new Error(`${reply.status}: ${text}`)
    return text
  }

  async control(path: string): Promise<{ status: number; text: string }> {
    const headers = { connection: 'close' }
    const reply = await fetch(`${this.url}/v2/repository/${path}`, { method: 'POST', headers })
    return { status: reply.status, text: await reply.text() }
  }

  async index(): Promise<readonly IndexedModel[]> {
    return JSON.parse((await this.control('index')).text)
  }

  async history(): Promise<readonly Entry[]> {
    const reply = await fetch(`${this.url}/models/iris/history`, { headers: { connection: 'close' } })
    return ((await reply.json()) as { events: readonly Entry[] }).events
  }

  /** Waits until this became of the model last. */
  async until(event: string, version: string): Promise<Entry> {
    let last: Entry | undefined
    await vi.waitFor(
      async () => {
        last = (await this.history())[0]
        expect(last).toMatchObject({ event, version })
      },
      { timeout: 60_000, interval: 50 },
    )
    return last!
  }
}

/** Asks without end, and keeps what it was told. */
class Load {
  readonly answers = new Map<string, number>()
  readonly failures: string[] = []
  readonly #watching: Watching
  readonly #loops: readonly Promise<void>[]
  #isOver = false

  constructor(watching: Watching) {
    this.#watching = watching
    this.#loops = [this.#loop(), this.#loop()]
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#loops)
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      try {
        const answer = await this.#watching.score()
        this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
      } catch (error) {
        this.failures.push(String(error))
      }
      await delay(5)
    }
  }
}

/** A version whose recorded answers are not its own. */
function broken(): string {
  const folder = join(temporaryFolder(), 'broken')
  cpSync(TWO, folder, { recursive: true })
  const golden = join(folder, 'golden.jsonl')
  writeFileSync(golden, readFileSync(golden, 'utf8').replaceAll('0.9', '0.1'))
  return folder
}

async function register(cwd: string, folder: string, env: Readonly<Record<string, string>> = {}) {
  const { code, stderr } = await run({ cwd, env, args: ['models', 'register', folder, '-n', 'iris'] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

/** An embedded registry of three versions, of which the last is broken. */
async function registry(): Promise<{ folder: string; champion: (version: string) => Promise<void> }> {
  const folder = temporaryFolder()
  for (const each of [ONE, TWO, broken()]) await register(folder, each)
  const stores: Stores = openStores({ databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' })
  opened.push(stores)
  const champion = (version: string) =>
    stores.registry.registeredModels.setAlias('iris', 'champion', version).then(() => undefined)
  await champion('1')
  return { folder, champion }
}

/** On a machine with much to do even a look at a file may come late. */
const MEASURED = { retry: 2 }

describe('an alias that moves under load', () => {
  test.each<readonly [string, readonly string[]]>([
    ['one listener', ['--listeners', '1']],
    ['two listeners', ['--listeners', '2']],
    ['two processes', ['--processes', '2']],
    ['a pool', ['--listeners', '1', '--placement', 'pool', '--workers', '1']],
  ])('is followed, forth and back, and no request fails (%s)', MEASURED, async (_, args) => {
    const { folder, champion } = await registry()
    const watching = await Watching.start(folder, args)
    await watching.until('loaded', '1')
    const first = await watching.score()
    const load = new Load(watching)

    const movedAt = performance.now()
    await champion('2')
    await watching.server.printed(/Another version is wanted/)
    expect(performance.now() - movedAt).toBeLessThan(3_000)
    expect(await watching.until('swapped', '2')).toMatchObject({
      reason: 'models:/iris@champion means version 2',
    })
    const second = await watching.score()
    expect(second).not.toBe(first)

    await champion('3')
    expect((await watching.until('refused', '3')).reason).toMatch(
      /does not answer line 1 of its golden.jsonl/,
    )
    expect(await watching.index()).toEqual([
      {
        ...{ name: 'iris', version: '2', state: 'READY' },
        reason: expect.stringMatching(/^Version 3 is not served: .*golden.jsonl/),
      },
    ])
    expect(await watching.score()).toBe(second)

    // Kept since it was replaced, it needs no loading.
    await champion('1')
    await watching.until('restored', '1')
    expect(await watching.score()).toBe(first)

    expect(await watching.control('models/iris/rollback')).toEqual({ status: 200, text: '' })
    await watching.until('rolled-back', '2')
    expect(await watching.control('models/iris/rollback')).toMatchObject({ status: 409 })
    await delay(700)
    for (let asked = 0; asked < 4; asked += 1) expect(await watching.score()).toBe(second)
    await champion('2')
    // Until that was looked at, which nothing tells of: it is what is served.
    await delay(2_000)
    await champion('1')
    await watching.until('restored', '1')

    await load.stop()
    expect(load.failures).toEqual([])
    expect([...load.answers.keys()].sort()).toEqual([first, second].sort())
    expect((await watching.history()).map(({ event, version }) => `${event} ${version}`).reverse()).toEqual([
      ...['loaded 1', 'swapped 2', 'refused 3', 'restored 1', 'rolled-back 2', 'restored 1'],
    ])
    const metrics = await (await fetch(`${watching.url}/metrics`)).text()
    expect(metrics).toContain('headrace_model_changes_total{model="iris",change="restored"} 2')
    expect(metrics).toContain('headrace_model_changes_total{model="iris",change="refused"} 1')
  })
})

test('a server is asked again and again, and one that is down for a while is followed when it is back', async () => {
  // No client is given it by the system while the server is down.
  const port = String(await freePort())
  const tracking = await TrackingServer.start({ args: ['-p', port] })
  const env = { MLFLOW_TRACKING_URI: tracking.url }
  const folder = temporaryFolder()
  for (const each of [ONE, TWO]) await register(folder, each, env)
  const alias = async (version: string) => {
    const { code } = await run({ cwd: folder, env, args: ['models', 'alias', 'iris', 'champion', version] })
    expect(code).toBe(0)
  }
  await alias('1')
  const cache = ['--cache-dir', join(folder, 'cache')]
  const watching = await Watching.start(folder, ['--watch-interval', '0.5', ...cache], env)
  const load = new Load(watching)
  await alias('2')
  await watching.until('swapped', '2')

  await tracking.stop()
  await watching.server.printed(/registry that is watched does not answer/)
  const again = await TrackingServer.start({ folder: tracking.folder, args: ['-p', port] })
  opened.push({ close: () => again.stop() })
  await watching.server.printed(/The registry answers again/)
  await alias('1')
  await watching.until('restored', '1')
  await load.stop()
  expect(load.failures).toEqual([])
  expect(load.answers.size).toBe(2)
})

test('--watch without anything to watch is a mistake that is told', async () => {
  const { code, stderr } = await run({ args: ['serve', '-m', ONE, '--watch', '--port', '0'] })
  expect(code).toBe(1)
  expect(stderr).toMatch(/--watch has nothing to watch/)
})
