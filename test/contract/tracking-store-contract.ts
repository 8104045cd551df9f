import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Stores } from '../../src/store/stores.ts'

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

    test('the Default experiment has id 0 and is made once', async () => {
      const first = await tracking.ensureDefaultExperiment()
      expect(first).toMatchObject({ experimentId: '0', name: 'Default', lifecycleStage: 'active' })
      expect(await tracking.ensureDefaultExperiment()).toEqual(first)
    })

    test('an experiment gets the next id and a folder of its own', async () => {
      const experiment = await tracking.createExperiment('trees')
      expect(experiment.experimentId).toBe('1')
      expect(experiment.artifactLocation).toMatch(/\/1$/)
      expect(await tracking.findExperimentByName('trees')).toEqual(experiment)
      expect(await tracking.findExperimentByName('bushes')).toBeUndefined()
    })

    test('an experiment keeps the artifact location that it is given', async () => {
      const { experimentId } = await tracking.createExperiment('trees', '/elsewhere')
      expect((await tracking.getExperiment(experimentId)).artifactLocation).toBe('/elsewhere')
    })

    test('two experiments cannot have one name', async () => {
      await tracking.createExperiment('trees')
      await expect(tracking.createExperiment('trees')).rejects.toMatchObject({
        code: 'RESOURCE_ALREADY_EXISTS',
      })
    })

    test.each(['7', 'x', ''])('an experiment that is not there is not found: %j', async (id) => {
      await expect(tracking.getExperiment(id)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    })

    test('a run that is not there is not found', async () => {
      await expect(tracking.getRun('abc')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    })

    test('a logged model is pending until it is finalized, and lies in its experiment', async () => {
      const { experimentId, artifactLocation } = await tracking.ensureDefaultExperiment()
      const made = await tracking.createLoggedModel({
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
      expect((await tracking.finalizeLoggedModel(made.modelId, 'READY')).status).toBe('READY')
    })

    test('a tag of a logged model is replaced', async () => {
      const { experimentId } = await tracking.ensureDefaultExperiment()
      const { modelId } = await tracking.createLoggedModel({ experimentId, name: 'iris' })
      await tracking.setLoggedModelTags(modelId, [{ key: 'a', value: '1' }])
      await tracking.setLoggedModelTags(modelId, [{ key: 'a', value: '2' }])
      expect((await tracking.getLoggedModel(modelId)).tags).toEqual([{ key: 'a', value: '2' }])
    })

    test.each(['', 'a/b', 'a:b', 'a.b', 'a%b', `a"b`, `a'b`])(
      'a logged model cannot be called %j',
      async (name) => {
        const { experimentId } = await tracking.ensureDefaultExperiment()
        await expect(tracking.createLoggedModel({ experimentId, name })).rejects.toMatchObject({
          code: 'INVALID_PARAMETER_VALUE',
        })
      },
    )

    test('logged models are found by experiment and name, the newest first', async () => {
      const { experimentId } = await tracking.ensureDefaultExperiment()
      const other = await tracking.createExperiment('trees')
      const ids: string[] = []
      for (const name of ['iris', 'iris', 'roses']) {
        ids.push((await tracking.createLoggedModel({ experimentId, name })).modelId)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await tracking.createLoggedModel({ experimentId: other.experimentId, name: 'iris' })
      await tracking.setLoggedModelTags(ids[0] ?? '', [{ key: 'a', value: 'b' }])
      const found = await tracking.searchLoggedModels({ experimentId, name: 'iris' })
      expect(found.map(({ modelId }) => modelId)).toEqual([ids[1], ids[0]])
      expect(found[1]?.tags).toEqual([{ key: 'a', value: 'b' }])
      expect(await tracking.searchLoggedModels({ experimentId, name: 'tulips' })).toEqual([])
      expect(await tracking.searchLoggedModels({ experimentId: '99', name: 'iris' })).toEqual([])
    })

    test('a logged model that is not there is not found', async () => {
      const work = [
        tracking.getLoggedModel('m-1'),
        tracking.setLoggedModelTags('m-1', []),
        tracking.finalizeLoggedModel('m-1', 'READY'),
      ]
      for (const each of work) await expect(each).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    })
  })
}
