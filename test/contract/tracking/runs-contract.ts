import { describe, expect, test } from 'vitest'
import { fails, latestOf, loss, newRun, type OpenedTracking } from './contract-support.ts'

export function runsContract(tracking: OpenedTracking): void {
  describe('runs', () => {
    test('are returned as they were made', async () => {
      const { experimentId, artifactLocation } = await tracking().experiments.create('trees', 's3://b/p?q=1')
      const tags = [{ key: 'a', value: 'b' }]
      const created = await tracking().runs.create({
        experimentId,
        userId: 'ann',
        runName: 'oak',
        startTime: 7,
        tags,
      })
      const { runId } = created.info
      expect(runId).toMatch(/^[0-9a-f]{32}$/)
      expect(artifactLocation).toBe('s3://b/p?q=1')
      expect(created).toEqual({
        info: {
          ...{ runId, runName: 'oak', experimentId, userId: 'ann', status: 'RUNNING', startTime: 7 },
          ...{ endTime: undefined, lifecycleStage: 'active', artifactUri: `s3://b/p/${runId}/artifacts?q=1` },
        },
        data: { metrics: [], params: [], tags: [...tags, { key: 'mlflow.runName', value: 'oak' }] },
        inputs: { datasetInputs: [], modelInputs: [] },
      })
      expect(await tracking().runs.get(runId)).toEqual({ ...created, outputs: { modelOutputs: [] } })
    })

    test('are named by their tag, or get a name', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const tags = [{ key: 'mlflow.runName', value: 'ash' }]
      expect((await tracking().runs.create({ experimentId, tags })).info.runName).toBe('ash')
      const { info, data } = await tracking().runs.create({ experimentId })
      expect(info.runName).toMatch(/^[a-z]+-[a-z]+-\d{1,4}$/)
      expect(data.tags).toEqual([{ key: 'mlflow.runName', value: info.runName }])
      await fails(
        tracking().runs.create({ experimentId, runName: 'elm', tags }),
        'INVALID_PARAMETER_VALUE',
        "(run_name='elm', mlflow.runName='ash')",
      )
    })

    test('are not made without an active experiment, nor with a tag twice', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const tag = { key: 'a', value: 'b' }
      await fails(tracking().runs.create({ experimentId, tags: [tag, tag] }), 'BAD_REQUEST')
      await fails(tracking().runs.create({ experimentId: '' }), 'BAD_REQUEST')
      await fails(tracking().runs.create({ experimentId: '77' }), 'RESOURCE_DOES_NOT_EXIST')
      await fails(tracking().runs.create({ experimentId: 'x' }), 'INVALID_PARAMETER_VALUE')
      await tracking().experiments.delete(experimentId)
      await fails(tracking().runs.create({ experimentId }), 'INVALID_PARAMETER_VALUE', "'active' state")
    })

    test('that are not there are not found', async () => {
      const { runs } = tracking()
      const tag = { key: 'a', value: 'b' }
      const work = [
        ...[runs.getInfo('abc'), runs.get('abc'), runs.update('abc', {}), runs.delete('abc')],
        ...[runs.restore('abc'), runs.setTag('abc', tag), runs.deleteTag('abc', 'a')],
        ...[runs.logParam('abc', tag), runs.recordModel('abc', {})],
        runs.logBatch('abc', { metrics: [], params: [], tags: [] }),
      ]
      await Promise.all(
        work.map((each) => fails(each, 'RESOURCE_DOES_NOT_EXIST', 'Run with id=abc not found')),
      )
    })

    test('are updated in what is given', async () => {
      const runId = await newRun(tracking())
      const info = await tracking().runs.update(runId, { status: 'FINISHED', endTime: 9, runName: 'elm' })
      expect(info).toMatchObject({ status: 'FINISHED', endTime: 9, runName: 'elm' })
      expect((await tracking().runs.get(runId)).data.tags).toEqual([{ key: 'mlflow.runName', value: 'elm' }])
      expect(await tracking().runs.update(runId, { runName: '' })).toEqual(info)
    })

    test('deleted, take nothing until they are restored', async () => {
      const runId = await newRun(tracking())
      await tracking().runs.delete(runId)
      const { runs, metrics, datasets } = tracking()
      const tag = { key: 'a', value: 'b' }
      const work = [
        ...[runs.update(runId, {}), runs.setTag(runId, tag), runs.deleteTag(runId, 'a')],
        ...[runs.logParam(runId, tag), runs.recordModel(runId, {}), metrics.log(runId, loss(1))],
        runs.logBatch(runId, { metrics: [], params: [], tags: [] }),
        datasets.logInputs(runId, { datasets: [], models: [] }),
        datasets.logOutputs(runId, []),
      ]
      await Promise.all(
        work.map((each) => fails(each, 'INVALID_PARAMETER_VALUE', 'Current state is deleted')),
      )
      await runs.restore(runId)
      await runs.setTag(runId, tag)
    })

    test('are renamed by their tag', async () => {
      const runId = await newRun(tracking())
      await tracking().runs.setTag(runId, { key: 'mlflow.runName', value: 'yew' })
      expect((await tracking().runs.get(runId)).info.runName).toBe('yew')
      await tracking().runs.setTag(runId, { key: 'mlflow.runName', value: '' })
      expect((await tracking().runs.get(runId)).data.tags).toEqual([{ key: 'mlflow.runName', value: 'yew' }])
    })

    test('have tags that are replaced, cut and deleted', async () => {
      const runId = await newRun(tracking())
      await tracking().runs.setTag(runId, { key: 'a', value: '1' })
      await tracking().runs.setTag(runId, { key: 'a', value: '🌲'.repeat(8001) })
      const { tags } = (await tracking().runs.get(runId)).data
      expect(tags.find(({ key }) => key === 'a')?.value).toBe('🌲'.repeat(8000))
      await tracking().runs.deleteTag(runId, 'a')
      await fails(tracking().runs.deleteTag(runId, 'a'), 'RESOURCE_DOES_NOT_EXIST', 'No tag with name: a')
      await fails(tracking().runs.setTag(runId, { key: 'a!', value: '' }), 'INVALID_PARAMETER_VALUE')
    })

    test('keep what a param was first', async () => {
      const runId = await newRun(tracking())
      await tracking().runs.logParam(runId, { key: 'p', value: '1' })
      await tracking().runs.logParam(runId, { key: 'p', value: '1' })
      await fails(
        tracking().runs.logParam(runId, { key: 'p', value: '2' }),
        'INVALID_PARAMETER_VALUE',
        `Param with key='p' was already logged with value='1' for run ID='${runId}'`,
      )
      await tracking().runs.logParam(runId, { key: 'long', value: 'x'.repeat(6001) })
      await tracking().runs.logParam(runId, { key: 'long', value: 'x'.repeat(7000) })
      expect((await tracking().runs.get(runId)).data.params).toEqual([
        { key: 'long', value: 'x'.repeat(6000) },
        { key: 'p', value: '1' },
      ])
    })

    test('take batches whole or not at all', async () => {
      const runId = await newRun(tracking())
      const params = [{ key: 'p', value: "it's" }]
      const tags = [
        { key: 't', value: '1' },
        { key: 't', value: '2' },
        { key: 'mlflow.runName', value: 'fir' },
      ]
      await tracking().runs.logBatch(runId, { metrics: [loss(1)], params, tags })
      const run = await tracking().runs.get(runId)
      expect(run.info.runName).toBe('fir')
      expect(run.data.tags.at(-1)).toEqual({ key: 't', value: '2' })
      await fails(
        tracking().runs.logBatch(runId, {
          ...{ metrics: [loss(2, { step: 1 })], tags: [{ key: 't', value: '3' }] },
          params: [
            { key: 'q', value: '1' },
            { key: 'p', value: 'x\n' },
          ],
        }),
        'INVALID_PARAMETER_VALUE',
        `[{'key': 'p', 'old_value': "it's", 'new_value': 'x\\n'}]`,
      )
      expect(await tracking().runs.get(runId)).toEqual(run)
      await tracking().runs.logBatch(runId, { metrics: [], params, tags: [] })
    })

    test('of a thousand metrics, and no more', async () => {
      const runId = await newRun(tracking())
      const metrics = Array.from({ length: 1001 }, (_, i) => loss(i, { key: `m${i % 500}`, step: i }))
      await tracking().runs.logBatch(runId, { metrics: metrics.slice(1), params: [], tags: [] })
      const latest = await latestOf(tracking(), runId)
      expect(Object.keys(latest)).toHaveLength(500)
      expect(latest).toMatchObject({ m0: '1000@1000', m499: '999@999' })
      const param = { key: 'p', value: '1' }
      const batches = [
        [{ metrics, params: [], tags: [] }, 'at most 1000 metrics. Got 1001 metrics'],
        [{ metrics: [], params: Array(101).fill(param), tags: [] }, 'at most 100 params. Got 101'],
        [{ metrics: [], params: [], tags: Array(101).fill(param) }, 'at most 100 tags. Got 101'],
        [{ metrics: metrics.slice(1), params: [param], tags: [] }, '1000 metrics, params, and tags'],
        [
          { metrics: [], params: [param, param], tags: [] },
          "Duplicate parameter keys have been submitted: ['p']",
        ],
      ] as const
      for (const [batch, text] of batches) {
        await fails(tracking().runs.logBatch(runId, batch), 'INVALID_PARAMETER_VALUE', text)
      }
    })

    test.each([
      [{ metrics: [loss(1, { key: 'a!' })], params: [], tags: [] }, "'metrics[0].name' supplied"],
      [{ metrics: [loss(1), loss(1, { timestamp: -1 })], params: [], tags: [] }, "'metrics[1].timestamp'"],
      [{ metrics: [], params: [{ key: '/a', value: '' }], tags: [] }, "'params[0].key' supplied"],
      [{ metrics: [], params: [], tags: [{ key: 'k'.repeat(251), value: '' }] }, "'tags[0].key' exceeds"],
    ])('do not take the batch %j', async (batch, text) => {
      await fails(tracking().runs.logBatch('abc', batch), 'INVALID_PARAMETER_VALUE', text)
    })

    test('keep the models that old clients record', async () => {
      const runId = await newRun(tracking())
      await tracking().runs.recordModel(runId, { run_id: 'é', flavors: {} })
      await tracking().runs.recordModel(runId, { run_id: 'b' })
      const { tags } = (await tracking().runs.get(runId)).data
      expect(tags).toContainEqual({
        key: 'mlflow.log-model.history',
        value: String.raw`[{"run_id": "\u00e9", "flavors": {}}, {"run_id": "b"}]`,
      })
    })
  })
}
