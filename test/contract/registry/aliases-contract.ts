import { describe, expect, test } from 'vitest'
import { fails, modelWithVersions, type OpenedStores } from './contract-support.ts'

/** What aliases of versions do. */
export function aliasesContract({ registry }: OpenedStores): void {
  describe('aliases', () => {
    test('lead to their version, and can be moved', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      await registry().registeredModels.setAlias('iris', 'champion', '1')
      await registry().registeredModels.setAlias('iris', 'champion', '2')
      const version = await registry().modelVersions.getByAlias('iris', 'champion')
      expect(version).toMatchObject({ version: '2', aliases: ['champion'] })
      expect((await registry().registeredModels.get('iris')).aliases).toEqual([
        { alias: 'champion', version: '2' },
      ])
    })

    test('differ by case, may be digits or stage names, and may have letters of any script', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      for (const alias of ['champ', '12', 'Staging', 'é', 'a-b_c']) {
        await registry().registeredModels.setAlias('iris', alias, '1')
      }
      await registry().registeredModels.setAlias('iris', 'CHAMP', '2')
      expect((await registry().modelVersions.getByAlias('iris', 'champ')).version).toBe('1')
      expect((await registry().modelVersions.getByAlias('iris', 'CHAMP')).version).toBe('2')
    })

    test.each(['', 'a b', 'a.b', 'a/b', 'a\n', 'latest', 'LATEST', 'v1', 'V22', 'x'.repeat(256)])(
      'cannot be called %j',
      async (alias) => {
        await modelWithVersions(registry(), 'iris', 1)
        await fails(registry().registeredModels.setAlias('iris', alias, '1'), 'INVALID_PARAMETER_VALUE', '')
      },
    )

    test('cannot be set on a version that is not there', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        registry().registeredModels.setAlias('iris', 'a', '2'),
        'RESOURCE_DOES_NOT_EXIST',
        'version=2',
      )
    })

    test('that are not there are an invalid parameter, as in MLflow', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        registry().modelVersions.getByAlias('iris', 'champion'),
        'INVALID_PARAMETER_VALUE',
        'Registered model alias champion not found.',
      )
    })

    test('can be deleted, also where they are not there', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await registry().registeredModels.setAlias('iris', 'champion', '1')
      await registry().registeredModels.deleteAlias('iris', 'champion')
      await registry().registeredModels.deleteAlias('iris', 'champion')
      expect((await registry().registeredModels.get('iris')).aliases).toEqual([])
    })

    test('called latest mean the highest version', async () => {
      await modelWithVersions(registry(), 'iris', 3)
      await registry().modelVersions.transitionStage({
        name: 'iris',
        version: '3',
        stage: 'Archived',
        archiveExistingVersions: false,
      })
      expect((await registry().modelVersions.getByAlias('iris', 'Latest')).version).toBe('3')
    })
  })
}
