import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { residentBytes } from '../../../src/runtime/trial/resident-memory.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { HeadraceProcess, ROOT } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const SWAPS = 60
const TENTH = SWAPS / 10
const MODELS = ['iris/1', 'iris/2'].map((model) => join(ROOT, 'models', model))
const EXAMPLE = readFileSync(join(MODELS[0]!, 'serving_input_example.json'))
/** Of a level that is to stay: what the heap's laziness and the arenas of threads make of it. */
const MOST_GROWTH = 1.15

test.each<readonly [string, readonly string[]]>([
  ['inline', ['--listeners', '1']],
  ['two listeners', ['--listeners', '2']],
  ['a pool', ['--listeners', '1', '--placement', 'pool', '--workers', '2']],
])('sixty swaps lose no request and give all memory back (%s)', async (kind, args) => {
  const cwd = temporaryFolder()
  const stores = openStores({ databaseUri: 'sqlite:///mlflow.db', folder: cwd, access: 'write' })
  const { registeredModels, modelVersions } = stores.registry
  const moveTo = async (version: number): Promise<void> => {
    await modelVersions.create({ name: 'iris', source: MODELS[version % 2]! })
    await registeredModels.setAlias('iris', 'champion', String(version))
  }
  await registeredModels.create({ name: 'iris' })
  await moveTo(1)
  const watched = ['-m', 'models:/iris@champion', '--watch', '--keep-previous', '0.01']
  const server = new HeadraceProcess({ cwd, args: ['serve', '--port', '0', ...watched, ...args] })
  try {
    const url = await server.listening()
    const failures: string[] = []
    let isOver = false
    const load = (async () => {
      for (; !isOver; await sleep(2)) {
        const reply = await fetch(`${url}/invocations`, {
          method: 'POST',
          body: EXAMPLE,
          headers: { 'content-type': 'application/json' },
        })
        const text = await reply.text()
        if (reply.status !== 200) failures.push(`${reply.status} ${text}`)
      }
    })()
    const megabytes: number[] = []
    const threads: number[] = []
    for (let version = 2; version <= SWAPS + 1; version += 1) {
      await moveTo(version)
      while ((await servedVersion(url)) !== String(version)) await sleep(20)
      megabytes.push(Math.round((residentBytes(server.pid) ?? 0) / 1e6))
      threads.push(readdirSync(`/proc/${server.pid}/task`).length)
      if (megabytes.length % TENTH === 0) {
        console.log(`${kind}: ${megabytes.length} swaps, ${megabytes.at(-1)} MB, ${threads.at(-1)} threads`)
      }
    }
    isOver = true
    await load
    expect(failures).toEqual([])
    expect(least(megabytes.slice(SWAPS * 0.7))).toBeLessThan(
      least(megabytes.slice(SWAPS * 0.2, SWAPS * 0.5)) * MOST_GROWTH,
    )
    expect(least(threads.slice(SWAPS * 0.7))).toBeLessThanOrEqual(
      least(threads.slice(SWAPS * 0.2, SWAPS * 0.5)),
    )
  } finally {
    server.signal('SIGKILL')
    await server.finished()
    await stores.close()
  }
})

async function servedVersion(url: string): Promise<string | undefined> {
  const reply = await fetch(`${url}/v2/repository/index`, { method: 'POST' })
  const models = (await reply.json()) as readonly { readonly version: string; readonly state: string }[]
  return models.find(({ state }) => state === 'READY')?.version
}

/** What is never given back stays in the least as well; what is still ending does not. */
function least(values: readonly number[]): number {
  return Math.min(...values)
}
