import { describe, expect, test } from 'vitest'
import { fails, newRun, type OpenedTracking } from './contract-support.ts'

const IRIS = { name: 'iris', digest: '1', sourceType: 'local', source: 'iris.csv', schema: '{}' }
const CONTEXT = { key: 'mlflow.data.context', value: 'training' }

export function datasetsContract(tracking: OpenedTracking): void {
  describe('inputs and outputs of runs', () => {
    test('are datasets with tags, as first given', async () => {
      const runId = await newRun(tracking())
      const input = { dataset: IRIS, tags: [CONTEXT] }
      const again = { dataset: { ...IRIS, source: 'other' }, tags: [] }
      await tracking().datasets.logInputs(runId, { datasets: [input, again], models: [] })
      await tracking().datasets.logInputs(runId, { datasets: [again], models: [] })
      const { inputs } = await tracking().runs.get(runId)
      expect(inputs).toEqual({
        datasetInputs: [{ ...input, dataset: { ...IRIS, profile: undefined } }],
        modelInputs: [],
      })
    })

    test('are models', async () => {
      const runId = await newRun(tracking())
      const models = [{ modelId: 'm-1' }, { modelId: 'm-1' }]
      await tracking().datasets.logInputs(runId, { datasets: [], models })
      await tracking().datasets.logInputs(runId, { datasets: [], models })
      await tracking().datasets.logOutputs(runId, [{ modelId: 'm-1', step: 3 }])
      const { inputs, outputs } = await tracking().runs.get(runId)
      expect(inputs.modelInputs).toEqual([{ modelId: 'm-1' }])
      expect(outputs).toEqual({ modelOutputs: [{ modelId: 'm-1', step: 3 }] })
      await fails(tracking().datasets.logOutputs(runId, [{ modelId: 'm-1', step: 4 }]), 'BAD_REQUEST')
    })

    test('need a run', async () => {
      const { datasets } = tracking()
      await fails(datasets.logInputs('abc', { datasets: [], models: [] }), 'RESOURCE_DOES_NOT_EXIST')
      await fails(datasets.logOutputs('abc', []), 'RESOURCE_DOES_NOT_EXIST')
      await fails(datasets.logInputs('a b', { datasets: [], models: [] }), 'INVALID_PARAMETER_VALUE', '"a b"')
    })

    test.each([
      [{ dataset: { ...IRIS, name: 'x'.repeat(501) }, tags: [] }, "'name' exceeds"],
      [{ dataset: { ...IRIS, digest: 'x'.repeat(37) }, tags: [] }, "'digest' exceeds"],
      [{ dataset: { ...IRIS, source: 'x'.repeat(65_536) }, tags: [] }, "'source' exceeds"],
      [{ dataset: IRIS, tags: [{ key: 'x'.repeat(256), value: '' }] }, "'key' exceeds"],
      [{ dataset: IRIS, tags: [{ key: 'x', value: 'x'.repeat(501) }] }, "'value' exceeds"],
    ])('have limits (%#)', async (input, text) => {
      const work = tracking().datasets.logInputs('abc', { datasets: [input], models: [] })
      await fails(work, 'INVALID_PARAMETER_VALUE', text)
    })

    test('have no tag twice', async () => {
      const runId = await newRun(tracking())
      const datasets = [{ dataset: IRIS, tags: [CONTEXT, CONTEXT] }]
      await fails(tracking().datasets.logInputs(runId, { datasets, models: [] }), 'BAD_REQUEST')
      expect((await tracking().runs.get(runId)).inputs.datasetInputs).toEqual([])
    })

    test('are summed up without a context that is empty', async () => {
      const runId = await newRun(tracking())
      const { experimentId } = (await tracking().runs.get(runId)).info
      const datasets = [{ dataset: IRIS, tags: [{ ...CONTEXT, value: '' }] }]
      await tracking().datasets.logInputs(runId, { datasets, models: [] })
      const [summary] = await tracking().datasets.search([experimentId])
      expect(summary).toEqual({ experimentId, name: 'iris', digest: '1', context: undefined })
    })

    test('are summed up by experiment', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      for (const tags of [[CONTEXT], [], [CONTEXT]]) {
        const { info } = await tracking().runs.create({ experimentId })
        await tracking().datasets.logInputs(info.runId, { datasets: [{ dataset: IRIS, tags }], models: [] })
      }
      const summary = { experimentId, name: 'iris', digest: '1' }
      const found = await tracking().datasets.search([experimentId, '77', '99999999999'])
      expect(found).toHaveLength(2)
      expect(found).toEqual(
        expect.arrayContaining([
          { ...summary, context: undefined },
          { ...summary, context: 'training' },
        ]),
      )
      await fails(tracking().datasets.search(['x']), 'INVALID_PARAMETER_VALUE')
    })
  })
}
