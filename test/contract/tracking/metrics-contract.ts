import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Metric } from '../../../src/entities/metric.ts'
import { fails, historyOf, latestOf, loss, newRun, type OpenedTracking } from './contract-support.ts'

const LARGEST = Number.MAX_VALUE

export function metricsContract(tracking: OpenedTracking): void {
  describe('metrics', () => {
    test('are logged once each', async () => {
      const runId = await newRun(tracking())
      for (const metric of [
        loss(1),
        loss(1),
        loss(2),
        loss(1, { timestamp: 2 }),
        loss(Number.NaN),
        loss(0),
      ]) {
        await tracking().metrics.log(runId, metric)
        await tracking().metrics.log(runId, metric)
      }
      expect(await historyOf(tracking(), runId)).toEqual(['0@0', 'NaN@0', '1@0', '2@0', '1@0'])
    })

    test.each([
      [[loss(1, { timestamp: 9 }), loss(2, { step: 1 })], '2@1'],
      [[loss(2, { step: 1 }), loss(1, { timestamp: 9 })], '2@1'],
      [[loss(1, { step: 1 }), loss(9, { step: 1 }), loss(5, { step: 1 })], '9@1'],
      [[loss(1, { timestamp: 2 }), loss(9, { timestamp: 1 })], '1@0'],
      [[loss(1, { step: -3 }), loss(2, { step: -7 })], '1@-3'],
      [[loss(Number.NaN), loss(-1)], 'NaN@0'],
      [[loss(Number.NaN), loss(1)], '1@0'],
      [[loss(Number.POSITIVE_INFINITY)], `${LARGEST}@0`],
      [[loss(Number.NEGATIVE_INFINITY)], `${-LARGEST}@0`],
    ])('the latest of %j is %s', async (metrics, latest) => {
      const one = await newRun(tracking())
      for (const metric of metrics) await tracking().metrics.log(one, metric)
      expect(await latestOf(tracking(), one)).toEqual({ loss: latest })
      const together = await newRun(tracking(), 'bushes')
      await tracking().runs.logBatch(together, { metrics, params: [], tags: [] })
      expect(await latestOf(tracking(), together)).toEqual({ loss: latest })
    })

    test('keep every step and time to the digit', async () => {
      const runId = await newRun(tracking())
      const steps = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, Number.MAX_SAFE_INTEGER, -1]
      for (const step of steps) {
        await tracking().metrics.log(runId, loss(1, { step, timestamp: step < 0 ? 0 : step }))
      }
      const { items } = await tracking().metrics.history({ runId, metricKey: 'loss' })
      expect(items.map(({ step }) => step)).toEqual([
        ...[-(2n ** 63n), -1, Number.MAX_SAFE_INTEGER, 9007199254740993n, 2n ** 63n - 1n],
      ])
      expect(items.at(-1)?.timestamp).toBe(2n ** 63n - 1n)
      expect(await latestOf(tracking(), runId)).toEqual({ loss: `1@${2n ** 63n - 1n}` })
    })

    test.each([
      [loss(1, { key: 'a!' }), "for parameter 'name' supplied: Names may only contain"],
      [loss(1, { key: 'a//b' }), "resolve to 'a/b'"],
      [loss(1, { key: 'k'.repeat(251) }), "'Metric name' exceeds the maximum length of 250"],
      [loss(2, { timestamp: -1 }), "metric 'loss' (value=2.0). Timestamp must be a nonnegative long"],
      [loss(1, { datasetName: 'd' }), 'Both dataset_name and dataset_digest'],
    ])('do not take %j', async (metric, text) => {
      await fails(tracking().metrics.log('abc', metric), 'INVALID_PARAMETER_VALUE', text)
    })

    test('need a run', async () => {
      await fails(
        tracking().metrics.log('abc', loss(1)),
        'RESOURCE_DOES_NOT_EXIST',
        'Run with id=abc not found',
      )
    })

    test('of logged models are kept with them, one value at a step and time', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const { runId } = (await tracking().runs.create({ experimentId })).info
      const { modelId } = await tracking().loggedModels.create({ experimentId, name: 'iris' })
      const ofModel = { modelId, datasetName: 'd', datasetDigest: '1' }
      await tracking().metrics.log(runId, loss(1, ofModel))
      await tracking().metrics.log(runId, loss(1, ofModel))
      await fails(tracking().metrics.log(runId, loss(2, ofModel)), 'BAD_REQUEST', 'another value at step 0')
      for (const other of [{ modelId }, { ...ofModel, datasetDigest: '2' }]) {
        await fails(tracking().metrics.log(runId, loss(1, other)), 'BAD_REQUEST', 'another dataset at step 0')
      }
      await fails(tracking().metrics.log(runId, loss(1, { modelId: 'm-1' })), 'BAD_REQUEST', "'m-1'")
      const metrics = [loss(2, { ...ofModel, step: 1 }), loss(2, { ...ofModel, step: 1 }), loss(1, ofModel)]
      await tracking().runs.logBatch(runId, { metrics, params: [], tags: [] })
      expect(await historyOf(tracking(), runId)).toEqual(['1@0', '2@1'])
    })

    test('have histories in pages', async () => {
      const runId = await newRun(tracking())
      const metrics = [3, 1, 2].map((timestamp) => loss(timestamp, { timestamp }))
      await tracking().runs.logBatch(runId, { metrics, params: [], tags: [] })
      const query = { runId, metricKey: 'loss', maxResults: 2 }
      const first = await tracking().metrics.history(query)
      expect(first.items.map(({ value }) => value)).toEqual([1, 2])
      expect(first.nextPageToken).toBe('eyJvZmZzZXQiOiAyfQ==')
      const rest = await tracking().metrics.history({ ...query, pageToken: first.nextPageToken })
      expect(rest.items.map(({ value }) => value)).toEqual([3])
      expect(rest.nextPageToken).toBeUndefined()
      const all = await tracking().metrics.history({ ...query, maxResults: 3 })
      expect(all.nextPageToken).toBeUndefined()
      expect((await tracking().metrics.history({ ...query, runId: 'abc' })).items).toEqual([])
    })

    test('have histories of several runs, by run', async () => {
      const ids = [
        await newRun(tracking(), 'a'),
        await newRun(tracking(), 'b'),
        await newRun(tracking(), 'c'),
      ]
      for (const [index, runId] of ids.entries()) {
        await tracking().metrics.log(runId, loss(index, { timestamp: 2 }))
        await tracking().metrics.log(runId, loss(index, { timestamp: 1 }))
      }
      const query = { runIds: ids.slice(0, 2), metricKey: 'loss', maxResults: 25_000 }
      const found = await tracking().metrics.histories(query)
      const [one, other] = ids.slice(0, 2).toSorted()
      expect(found.map(({ runId, timestamp }) => [runId, timestamp])).toEqual([
        ...[
          [one, 1],
          [one, 2],
          [other, 1],
          [other, 2],
        ],
      ])
      expect(await tracking().metrics.histories({ ...query, maxResults: 3 })).toHaveLength(3)
      expect(await tracking().metrics.histories({ ...query, maxResults: 0 })).toEqual([])
    })

    test('are sampled evenly, with both ends', async () => {
      const runId = await newRun(tracking())
      const metrics = Array.from({ length: 10 }, (_, step) => loss(step, { step }))
      await tracking().runs.logBatch(runId, { metrics, params: [], tags: [] })
      const sample = async (maxResults: number, steps?: { first: number; last: number }) => {
        const query = { runIds: [runId, 'abc'], metricKey: 'loss', maxResults, steps }
        return (await tracking().metrics.sample(query)).map(({ step }) => step)
      }
      expect(await sample(4)).toEqual([0, 3, 6, 9])
      expect(await sample(3)).toEqual([0, 4, 9])
      expect(await sample(1)).toEqual([9])
      expect(await sample(20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(await sample(2, { first: 3, last: 5 })).toEqual([3, 5])
      expect(await sample(2, { first: 20, last: 30 })).toEqual([])
    })

    test('logged in any order and pieces are the same', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const value = fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, -2.5)
      const metric = fc.record({
        key: fc.constantFrom('a', 'b'),
        value,
        timestamp: fc.integer({ min: 0, max: 3 }),
        step: fc.integer({ min: -2, max: 2 }),
      })
      const property = fc.asyncProperty(fc.array(metric, { maxLength: 12 }), async (metrics) => {
        const one = (await tracking().runs.create({ experimentId })).info.runId
        for (const each of metrics) await tracking().metrics.log(one, each)
        const other = (await tracking().runs.create({ experimentId })).info.runId
        await tracking().runs.logBatch(other, { metrics: metrics.toReversed(), params: [], tags: [] })
        for (const metricKey of ['a', 'b']) {
          const [of, as] = await Promise.all([
            tracking().metrics.history({ runId: one, metricKey }),
            tracking().metrics.history({ runId: other, metricKey }),
          ])
          expect(as).toEqual(of)
          expect(of.items).toHaveLength(distinct(metrics.filter(({ key }) => key === metricKey)))
        }
        expect(keptLatest(await tracking().runs.get(other))).toEqual(
          keptLatest(await tracking().runs.get(one)),
        )
      })
      await fc.assert(property, { numRuns: 15 })
    })
  })
}

function distinct(metrics: readonly Metric[]): number {
  return new Set(metrics.map(({ value, timestamp, step }) => `${value} ${timestamp} ${step}`)).size
}

/** Where NaN and 0 come at one step and time, either may be the latest. */
function keptLatest({ data }: { data: { metrics: readonly Metric[] } }): readonly Metric[] {
  return data.metrics.map((metric) => ({ ...metric, value: Number.isNaN(metric.value) ? 0 : metric.value }))
}
