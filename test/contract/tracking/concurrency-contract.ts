import { describe, expect, test } from 'vitest'
import { historyOf, latestOf, loss, newRun, type OpenedTracking } from './contract-support.ts'

const TWENTY = Array.from({ length: 20 }, (_, index) => index)

export function concurrencyContract(tracking: OpenedTracking): void {
  describe('at the same time', () => {
    test('values of one metric are all logged, and the latest of them is the latest', async () => {
      const runId = await newRun(tracking())
      const work = TWENTY.map((step) => tracking().metrics.log(runId, loss(step, { step: (step * 7) % 20 })))
      await Promise.all(work)
      expect(await historyOf(tracking(), runId)).toHaveLength(20)
      expect(await latestOf(tracking(), runId)).toEqual({ loss: `${(19 * 3) % 20}@19` })
    })

    test('one value is logged once', async () => {
      const runId = await newRun(tracking())
      await Promise.all(TWENTY.map(() => tracking().metrics.log(runId, loss(1))))
      expect(await historyOf(tracking(), runId)).toEqual(['1@0'])
    })

    test('batches of the same metrics are all logged', async () => {
      const runId = await newRun(tracking())
      const batches = TWENTY.map((step) => {
        const metrics = TWENTY.map((index) => loss(step, { key: `m${(index + step) % 20}`, step }))
        return tracking().runs.logBatch(runId, { metrics, params: [], tags: [{ key: 't', value: 'x' }] })
      })
      await Promise.all(batches)
      expect(Object.values(await latestOf(tracking(), runId))).toEqual(TWENTY.map(() => '19@19'))
    })

    test('a param is what one of them says', async () => {
      const runId = await newRun(tracking())
      const work = TWENTY.map((index) => tracking().runs.logParam(runId, { key: 'p', value: String(index) }))
      const settled = await Promise.allSettled(work)
      const refused = settled.filter(({ status }) => status === 'rejected')
      expect(refused).toHaveLength(19)
      for (const each of refused) expect(each).toMatchObject({ reason: { code: 'INVALID_PARAMETER_VALUE' } })
    })

    test('an experiment is made once', async () => {
      const settled = await Promise.allSettled(TWENTY.map(() => tracking().experiments.create('trees')))
      const refused = settled.filter(({ status }) => status === 'rejected')
      expect(refused).toHaveLength(19)
      for (const each of refused) expect(each).toMatchObject({ reason: { code: 'RESOURCE_ALREADY_EXISTS' } })
    })

    test('a dataset and the inputs of a run are known once', async () => {
      const runId = await newRun(tracking())
      const dataset = { name: 'iris', digest: '1', sourceType: 'local', source: '' }
      const inputs = { datasets: [{ dataset, tags: [] }], models: [{ modelId: 'm-1' }] }
      await Promise.all(TWENTY.map(() => tracking().datasets.logInputs(runId, inputs)))
      const { datasetInputs, modelInputs } = (await tracking().runs.get(runId)).inputs
      expect(datasetInputs).toHaveLength(1)
      expect(modelInputs).toHaveLength(1)
    })
  })
}
