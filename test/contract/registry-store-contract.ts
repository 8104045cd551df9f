import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Stores } from '../../src/store/stores.ts'
import { aliasesContract } from './registry/aliases-contract.ts'
import { fails, modelWithVersions, type OpenedStores } from './registry/contract-support.ts'
import { modelVersionsContract } from './registry/model-versions-contract.ts'
import { registeredModelsContract } from './registry/registered-models-contract.ts'
import { registrySearchContract } from './registry/search-contract.ts'
import { sourcesContract } from './registry/sources-contract.ts'
import { stagesContract } from './registry/stages-contract.ts'

/** What every implementation of RegistryStore does. `open` gives stores of a new, empty database. */
export function registryStoreContract(implementation: string, open: () => Promise<Stores>): void {
  describe(`the registry store contract, kept by ${implementation}`, () => {
    let stores: Stores
    const opened: OpenedStores = { stores: () => stores, registry: () => stores.registry }

    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.close())

    registeredModelsContract(opened)
    modelVersionsContract(opened)
    sourcesContract(opened)
    aliasesContract(opened)
    stagesContract(opened)
    registrySearchContract(opened)

    describe('transactions', () => {
      test('keep all changes of both stores, or none', async () => {
        await modelWithVersions(stores.registry, 'iris', 1)
        const work = stores.transaction(async ({ registry, tracking }) => {
          await tracking.experiments.ensureDefault()
          await registry.modelVersions.create({ name: 'iris', source: '/2' })
          await registry.registeredModels.setAlias('iris', 'champion', '7')
        })
        await fails(work, 'RESOURCE_DOES_NOT_EXIST', 'version=7')
        expect(await stores.registry.modelVersions.ofModel('iris')).toHaveLength(1)
        await fails(stores.tracking.experiments.get('0'), 'RESOURCE_DOES_NOT_EXIST', 'id=0')
      })

      test('that make versions of one model at the same time give them numbers of their own', async () => {
        await stores.registry.registeredModels.create({ name: 'iris' })
        const made = await Promise.all(
          Array.from({ length: 20 }, () =>
            stores.registry.modelVersions.create({ name: 'iris', source: '/x' }),
          ),
        )
        const numbers = made.map(({ version }) => Number(version)).sort((a, b) => a - b)
        expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
      })

      test('that set one tag or alias at the same time all succeed, and one of them last', async () => {
        await modelWithVersions(stores.registry, 'iris', 5)
        const { registeredModels, modelVersions } = stores.registry
        const versions = ['1', '2', '3', '4', '5']
        await Promise.all(
          versions.flatMap((version) => [
            registeredModels.setAlias('iris', 'champion', version),
            registeredModels.setTag('iris', { key: 'k', value: version }),
            modelVersions.setTag('iris', '1', { key: 'k', value: version }),
          ]),
        )
        const { aliases, tags } = await registeredModels.get('iris')
        expect([aliases.length, tags.length]).toEqual([1, 1])
        expect((await modelVersions.get('iris', '1')).tags).toHaveLength(1)
      })

      test('that make one model at the same time make it once', async () => {
        const made = await Promise.allSettled(
          Array.from({ length: 5 }, () => stores.registry.registeredModels.create({ name: 'iris' })),
        )
        expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        for (const result of made) {
          if (result.status === 'rejected')
            expect(result.reason).toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' })
        }
      })
    })
  })
}
