import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { RolloutView } from '../../src/rollout/rollout-view.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { RolloutServer, variantOf } from './support/rollout-server.ts'
import { TrackingServer } from './support/tracking-server.ts'

const BODY = readFileSync(join(ROOT, 'models/iris/1/serving_input_example.json'), 'utf8')
const MODELS = ['-m', 'a=models:/iris@champion', '-m', 'b=models:/iris@challenger']
const SPLIT = [...MODELS, '--split', 'a=90,b=10', '--listeners', '1']
/** One that everybody agrees on. */
const KEY = { HEADRACE_OUTCOME_KEY: 'the same on all replicas' }

const running: { kill(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.kill()
})

/** Where the registry is; a folder for what a machine keeps of its own. */
interface Registry {
  readonly uri: string
  readonly machines: readonly [string, string]
}

async function database(): Promise<Registry> {
  const folder = temporaryFolder()
  return { uri: `sqlite:///${join(folder, 'mlflow.db')}`, machines: [folder, folder] }
}

async function server(): Promise<Registry> {
  const tracking = await TrackingServer.start()
  running.push({ kill: () => tracking.stop() })
  return { uri: tracking.url, machines: [temporaryFolder(), temporaryFolder()] }
}

async function headrace(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await run({ args, env })
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function registered({ uri }: Registry): Promise<void> {
  const env = { MLFLOW_TRACKING_URI: uri }
  for (const [version, alias] of [
    ['1', 'champion'],
    ['2', 'challenger'],
  ] as const) {
    await headrace(['models', 'register', join(ROOT, 'models/iris', version), '-n', 'iris', '-a', alias], env)
  }
}

async function replicas(registry: Registry): Promise<readonly [RolloutServer, RolloutServer]> {
  await registered(registry)
  const start = (folder: string): Promise<RolloutServer> => {
    const env = { ...KEY, MLFLOW_TRACKING_URI: registry.uri, HEADRACE_CACHE_DIR: join(folder, 'cache') }
    return RolloutServer.start(SPLIT, { cwd: folder, env })
  }
  const [a, b] = await Promise.all([start(registry.machines[0]), start(registry.machines[1])])
  running.push(a, b)
  return [a, b]
}

/** On a machine with much to do even a look at the registry may come late. */
const MEASURED = { retry: 2 }

/** Once it holds. @returns milliseconds that it took */
async function until(replica: RolloutServer, holds: (view: RolloutView) => boolean): Promise<number> {
  for (const begunAt = performance.now(); ; await delay(20)) {
    const view = await replica.show('iris')
    const tookMs = performance.now() - begunAt
    if (holds(view)) return tookMs
    if (tookMs > 60_000) throw new Error(`not in time: ${JSON.stringify(view)}`)
  }
}

describe.each([
  ['a database', database],
  ['a tracking server', server],
])('two replicas on %s', (_, open) => {
  test(
    'give keys to the same variants, follow each other, and take each other’s outcomes',
    MEASURED,
    async () => {
      const registry = await open()
      const [a, b] = await replicas(registry)
      const view = await a.show('iris')
      expect((await b.show('iris')).assignment).toEqual(view.assignment)
      for (let i = 0; i < 40; i += 1) {
        const [ofA, ofB] = await Promise.all([a.score(BODY, `user ${i}`), b.score(BODY, `user ${i}`)])
        expect([ofA.variant, ofB.variant]).toEqual([
          variantOf(view, `user ${i}`),
          variantOf(view, `user ${i}`),
        ])
      }
      const { outcomeId } = await a.score(BODY, 'somebody')
      const taken = await b.post('/rollouts/iris/outcomes', { outcome_id: outcomeId, value: 1 })
      expect(taken.body).toEqual({ result: 'accepted' })

      await headrace(['rollout', 'set', a.url, 'b=25'])
      expect(await until(b, ({ variants }) => variants[1]?.permille === 250)).toBeLessThan(2000)
      await headrace(['rollout', 'promote', b.url, 'iris', 'b'])
      expect(await until(a, ({ phase }) => phase === 'promoted')).toBeLessThan(2000)
      expect(await a.score(BODY, 'anybody')).toMatchObject({ status: 200, variant: 'b' })
      await headrace(['rollout', 'abort', a.url, '--cause', 'a mistake'])
      expect(await until(b, ({ phase }) => phase === 'aborted')).toBeLessThan(2000)
      const told = await headrace(['rollout', 'show', b.url])
      expect(told).toContain('a mistake')
      expect(await b.score(BODY, 'anybody')).toMatchObject({ status: 200, variant: 'a' })

      // What was decided outlives all who knew of it.
      await Promise.all([a.kill(), b.kill()])
      const machine = temporaryFolder()
      const env = { ...KEY, MLFLOW_TRACKING_URI: registry.uri, HEADRACE_CACHE_DIR: join(machine, 'cache') }
      const later = await RolloutServer.start(SPLIT, { cwd: machine, env })
      running.push(later)
      expect(await later.show('iris')).toMatchObject({ phase: 'aborted', cause: 'a mistake' })
      expect(await headrace(['rollout', 'list', later.url])).toMatch(/iris +aborted .* a 100 %, b 0 %/)
      await headrace(['rollout', 'restart', later.url])
      expect(await later.show('iris')).toMatchObject({ phase: 'running', variants: [{ permille: 900 }, {}] })
    },
  )
})
