import { describe, expect, test } from 'vitest'
import { fails, modelWithVersions, type OpenedStores } from './contract-support.ts'

/** What stages of versions do. */
export function stagesContract({ registry }: OpenedStores): void {
  describe('stages', () => {
    test('have a latest version each', async () => {
      await modelWithVersions(registry(), 'iris', 4)
      for (const version of ['1', '2']) await move(version, 'staging')
      const latest = await registry().modelVersions.getLatest('iris')
      expect(latest.map(({ currentStage, version }) => [currentStage, version]).sort()).toEqual([
        ['None', '4'],
        ['Staging', '2'],
      ])
      expect(
        (await registry().modelVersions.getLatest('iris', ['STAGING'])).map(({ version }) => version),
      ).toEqual(['2'])
      expect(await registry().modelVersions.getLatest('iris', ['Production'])).toEqual([])
    })

    test('come in the order in which the model first had them', async () => {
      await modelWithVersions(registry(), 'iris', 6)
      await move('1', 'Staging')
      await move('3', 'Staging')
      await move('2', 'Production')
      await move('5', 'Production')
      await move('6', 'Archived')
      const expected = [
        ['Staging', '3'],
        ['Production', '5'],
        ['None', '4'],
        ['Archived', '6'],
      ]
      const latest = await registry().modelVersions.getLatest('iris')
      expect(latest.map(({ currentStage, version }) => [currentStage, version])).toEqual(expected)
      const { latestVersions } = await registry().registeredModels.get('iris')
      expect(latestVersions.map(({ currentStage, version }) => [currentStage, version])).toEqual(expected)
    })

    test('send the versions that were in them to the archive where asked', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      await move('1', 'Production')
      await move('2', 'Production', true)
      expect((await registry().modelVersions.get('iris', '1')).currentStage).toBe('Archived')
      expect((await registry().modelVersions.get('iris', '2')).currentStage).toBe('Production')
    })

    test('that MLflow does not know are refused', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        move('1', 'champion'),
        'INVALID_PARAMETER_VALUE',
        'Invalid Model Version stage: champion. Value must be one of None, Staging, Production, Archived.',
      )
    })

    test('without versions on duty archive nothing', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(move('1', 'None', true), 'INVALID_PARAMETER_VALUE', 'is not an Active stage')
    })

    function move(version: string, stage: string, archiveExistingVersions = false): Promise<unknown> {
      return registry().modelVersions.transitionStage({
        name: 'iris',
        version,
        stage,
        archiveExistingVersions,
      })
    }
  })
}
