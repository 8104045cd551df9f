import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import type { EngineName } from '../../../src/flavors/engine-choice.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { network, saved } from '../../flavors/tfjs/prepare/support/saved-models.ts'

const ROUNDS = 24
/** glibc gives memory back from the end of each of its arenas alone: the first rounds take more than they return. */
const SETTLING_ROUNDS = 8
const GROWTH = 1.1

let folder: string
beforeAll(async () => {
  folder = await saved(network())
})

function residentBytes(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}

test.each<EngineName>(['wasm', 'cpu', 'onnxruntime'])(
  'models that %s ran leave neither threads nor memory behind once they are unloaded',
  async (tfjsEngine) => {
    const cache = { folder: temporaryFolder(), maxBytes: 1e9 }
    const repository = new ModelRepository({
      resolve: async (uri) => ({
        ...{ uri, canonicalUri: uri, name: 'model', version: undefined, alias: undefined, path: uri },
        origin: { kind: 'local', location: uri, registry: undefined },
      }),
      ...{ workers: 2, placement: 'pool', prepare: { tfjsEngine, cache } },
    })
    const resident: number[] = []
    const threads: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await repository.load(folder)
      await repository.unload('model')
      await sleep(100)
      resident.push(Math.round(residentBytes() / 1e6))
      threads.push(readdirSync('/proc/self/task').length)
    }
    console.log(`${tfjsEngine}: resident MB by round ${resident.join(' ')}`)
    expect(Math.max(...threads.slice(SETTLING_ROUNDS))).toBeLessThanOrEqual(
      Math.max(...threads.slice(0, SETTLING_ROUNDS)),
    )
    const settled = Math.max(...resident.slice(0, SETTLING_ROUNDS))
    expect(Math.max(...resident.slice(-4))).toBeLessThan(settled * GROWTH)
    await repository.close()
  },
)
