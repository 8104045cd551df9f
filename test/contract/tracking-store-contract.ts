import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Stores } from '../../src/store/stores.ts'
import { concurrencyContract } from './tracking/concurrency-contract.ts'
import { datasetsContract } from './tracking/datasets-contract.ts'
import { experimentsContract } from './tracking/experiments-contract.ts'
import { loggedModelsContract } from './tracking/logged-models-contract.ts'
import { metricsContract } from './tracking/metrics-contract.ts'
import { runsContract } from './tracking/runs-contract.ts'
import { searchContract } from './tracking/search-contract.ts'

/** What every implementation of TrackingStore does. `open` gives stores of a new, empty database. */
export function trackingStoreContract(implementation: string, open: () => Promise<Stores>): void {
  describe(`the tracking store contract, kept by ${implementation}`, () => {
    let stores: Stores
    let tracking: Stores['tracking']

    beforeEach(async () => {
      stores = await open()
      tracking = stores.tracking
    })
    afterEach(() => stores.close())

    experimentsContract(() => tracking)
    runsContract(() => tracking)
    metricsContract(() => tracking)
    datasetsContract(() => tracking)
    concurrencyContract(() => tracking)
    searchContract(() => tracking)
    loggedModelsContract(() => tracking)

    test('a logged model is pending until it is finalized, and lies in its experiment', async () => {
      const { experimentId, artifactLocation } = await tracking.experiments.ensureDefault()
      const made = await tracking.loggedModels.create({
        experimentId,
        name: 'iris',
        tags: [{ key: 'a', value: 'b' }],
      })
      expect(made.modelId).toMatch(/^m-[0-9a-f]{32}$/)
      expect(made).toMatchObject({
        status: 'PENDING',
        artifactLocation: `${artifactLocation}/models/${made.modelId}/artifacts`,
        tags: [{ key: 'a', value: 'b' }],
      })
      expect((await tracking.loggedModels.finalize(made.modelId, 'READY')).status).toBe('READY')
    })

    test('a tag of a logged model is replaced', async () => {
      const { experimentId } = await tracking.experiments.ensureDefault()
      const { modelId } = await tracking.loggedModels.create({ experimentId, name: 'iris' })
      await tracking.loggedModels.setTags(modelId, [{ key: 'a', value: '1' }])
      await tracking.loggedModels.setTags(modelId, [{ key: 'a', value: '2' }])
      expect((await tracking.loggedModels.get(modelId)).tags).toEqual([{ key: 'a', value: '2' }])
    })

    test.each(['', 'a/b', 'a:b', 'a.b', 'a%b', `a"b`, `a'b`])(
      'a logged model cannot be called %j',
      async (name) => {
        const { experimentId } = await tracking.experiments.ensureDefault()
        await expect(tracking.loggedModels.create({ experimentId, name })).rejects.toMatchObject({
          code: 'INVALID_PARAMETER_VALUE',
        })
      },
    )

    test('logged models are found by experiment and name, the newest first', async () => {
      const { experimentId } = await tracking.experiments.ensureDefault()
      const other = await tracking.experiments.create('trees')
      const ids: string[] = []
      for (const name of ['iris', 'iris', 'roses']) {
        ids.push((await tracking.loggedModels.create({ experimentId, name })).modelId)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await tracking.loggedModels.create({ experimentId: other.experimentId, name: 'iris' })
      await tracking.loggedModels.setTags(ids[0] ?? '', [{ key: 'a', value: 'b' }])
      const found = await tracking.loggedModels.ofName({ experimentId, name: 'iris' })
      expect(found.map(({ modelId }) => modelId)).toEqual([ids[1], ids[0]])
      expect(found[1]?.tags).toEqual([{ key: 'a', value: 'b' }])
      expect(await tracking.loggedModels.ofName({ experimentId, name: 'tulips' })).toEqual([])
      expect(await tracking.loggedModels.ofName({ experimentId: '99', name: 'iris' })).toEqual([])
    })

    test('a logged model that is not there is not found', async () => {
      const work = [
        tracking.loggedModels.get('m-1'),
        tracking.loggedModels.setTags('m-1', []),
        tracking.loggedModels.finalize('m-1', 'READY'),
      ]
      await Promise.all(
        work.map((each) => expect(each).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })),
      )
    })
  })
}
