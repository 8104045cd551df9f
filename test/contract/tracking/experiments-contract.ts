import { describe, expect, test } from 'vitest'
import { fails, type OpenedTracking } from './contract-support.ts'

export function experimentsContract(tracking: OpenedTracking): void {
  describe('experiments', () => {
    test('the Default experiment has id 0 and is made once', async () => {
      const first = await tracking().experiments.ensureDefault()
      expect(first).toMatchObject({ experimentId: '0', name: 'Default', lifecycleStage: 'active' })
      expect(await tracking().experiments.ensureDefault()).toEqual(first)
    })

    test('get the next id and a folder of their own', async () => {
      const experiment = await tracking().experiments.create('trees')
      expect(experiment.experimentId).toBe('1')
      expect(experiment.artifactLocation).toMatch(/\/1$/)
      expect(await tracking().experiments.findByName('trees')).toEqual(experiment)
      expect(await tracking().experiments.findByName('bushes')).toBeUndefined()
    })

    test.each([
      ['/elsewhere', '/elsewhere'],
      ['s3://bucket/path?key=1', 's3://bucket/path?key=1'],
      ['a/./b//c', `${process.cwd()}/a/b/c`],
      ['file:a', `file://${process.cwd()}/a`],
      ['mlflow-artifacts:/1', 'mlflow-artifacts:/1'],
    ])('keep the artifact location %j', async (given, kept) => {
      const { experimentId } = await tracking().experiments.create('trees', given)
      expect((await tracking().experiments.get(experimentId)).artifactLocation).toBe(kept)
    })

    test.each([
      ['s3://bucket/path#fragment', "can't include fragments or params"],
      ['/path;params', "can't include fragments or params"],
      ['s3://bucket?path=..', 'Invalid query string'],
      ['s3://bucket?path=%252e%252e', 'Invalid query string'],
      ['http://169.254.169.254/', "cannot use the 'http' scheme"],
      ['mlflow-artifacts://host/x', "cannot use the 'mlflow-artifacts' scheme"],
      ['runs:/abc/model', 'cannot be a runs:/ URI'],
      ['file://host/x', 'not a valid remote uri'],
      [`/${'x'.repeat(2048)}`, 'Invalid artifact path length'],
    ])('do not take the artifact location %j', async (location, text) => {
      await fails(tracking().experiments.create('trees', location), 'INVALID_PARAMETER_VALUE', text)
    })

    test('have names of their own, deleted ones too', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      await fails(tracking().experiments.create('trees'), 'RESOURCE_ALREADY_EXISTS', 'name=trees')
      await tracking().experiments.delete(experimentId)
      await fails(tracking().experiments.create('trees'), 'RESOURCE_ALREADY_EXISTS')
    })

    test.each([
      ['', 'Invalid experiment name'],
      ['x'.repeat(501), 'exceeds the maximum length of 500'],
    ])('cannot be called %j', async (name, text) => {
      await fails(tracking().experiments.create(name), 'INVALID_PARAMETER_VALUE', text)
    })

    test.each(['7', '-1', '99999999999999999999'])('that are not there are not found: %s', async (id) => {
      await fails(tracking().experiments.get(id), 'RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=')
    })

    test.each(['x', '1.0', '0x1'])('have numbers for ids: %s', async (id) => {
      await fails(tracking().experiments.get(id), 'INVALID_PARAMETER_VALUE', 'must be a valid integer')
    })

    test('are renamed, but not to a name that is taken, nor when deleted', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      await tracking().experiments.create('bushes')
      await tracking().experiments.rename(experimentId, 'woods')
      expect((await tracking().experiments.get(experimentId)).name).toBe('woods')
      await fails(tracking().experiments.rename(experimentId, 'bushes'), 'BAD_REQUEST')
      await tracking().experiments.rename(experimentId, 'woods')
      await tracking().experiments.delete(experimentId)
      await fails(tracking().experiments.rename(experimentId, 'x'), 'INVALID_STATE', 'non-active')
    })

    test('are deleted and restored with their runs', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const { info } = await tracking().runs.create({ experimentId })
      await tracking().experiments.delete(experimentId)
      expect((await tracking().experiments.get(experimentId)).lifecycleStage).toBe('deleted')
      expect((await tracking().runs.getInfo(info.runId)).lifecycleStage).toBe('deleted')
      await fails(tracking().experiments.delete(experimentId), 'RESOURCE_DOES_NOT_EXIST')
      await tracking().experiments.restore(experimentId)
      expect((await tracking().runs.getInfo(info.runId)).lifecycleStage).toBe('active')
      await fails(tracking().experiments.restore(experimentId), 'RESOURCE_DOES_NOT_EXIST')
    })

    test('have tags that are replaced and deleted', async () => {
      const tags = [{ key: 'team', value: 'blue' }]
      const { experimentId } = await tracking().experiments.create('trees', '', tags)
      await tracking().experiments.setTag(experimentId, { key: 'team', value: 'red' })
      await tracking().experiments.setTag(experimentId, { key: 'a', value: '' })
      expect((await tracking().experiments.get(experimentId)).tags).toEqual([
        { key: 'a', value: '' },
        { key: 'team', value: 'red' },
      ])
      await tracking().experiments.deleteTag(experimentId, 'a')
      await fails(
        tracking().experiments.deleteTag(experimentId, 'a'),
        'RESOURCE_DOES_NOT_EXIST',
        'No tag with',
      )
    })

    test.each([
      [{ key: 'a!', value: '' }, 'Names may only contain'],
      [{ key: '../a', value: '' }, "resolve to '../a'"],
      [{ key: '', value: '' }, "resolve to '.'"],
      [{ key: 'k'.repeat(251), value: '' }, "'key' exceeds the maximum length of 250"],
      [{ key: 'k', value: 'v'.repeat(20_001) }, "'value' exceeds the maximum length of 20000"],
      [{ key: 'mlflow.trace.archivalRetention', value: '30d' }, 'must be encoded as a JSON object'],
      [{ key: 'mlflow.trace.archivalRetention', value: '{"type":"x"}' }, "must use type 'duration'"],
      [{ key: 'mlflow.trace.archiveNow', value: '{"older_than":"0d"}' }, 'in the form `<int><unit>`'],
    ])('do not take the tag %j', async (tag, text) => {
      const { experimentId } = await tracking().experiments.create('trees')
      await fails(tracking().experiments.setTag(experimentId, tag), 'INVALID_PARAMETER_VALUE', text)
    })

    test.each([
      { key: 'mlflow.trace.archivalRetention', value: '{"type": "duration", "value": "30d"}' },
      { key: 'mlflow.trace.archiveNow', value: '{}' },
    ])('take the tag %j', async (tag) => {
      const { experimentId } = await tracking().experiments.create('trees', '', [tag])
      expect((await tracking().experiments.get(experimentId)).tags).toEqual([tag])
    })

    test('take no tags when deleted', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      await tracking().experiments.delete(experimentId)
      const tag = { key: 'a', value: 'b' }
      await fails(
        tracking().experiments.setTag(experimentId, tag),
        'INVALID_PARAMETER_VALUE',
        "'active' state",
      )
    })

    test('have at most 50 views of charts', async () => {
      const views = Array.from({ length: 51 }, (_, i) => ({ key: `mlflow.customView.view${i}`, value: '' }))
      await fails(tracking().experiments.create('trees', '', views), 'INVALID_PARAMETER_VALUE', 'custom view')
      const { experimentId } = await tracking().experiments.create('trees', '', views.slice(1))
      await tracking().experiments.setTag(experimentId, { key: 'mlflow.customView.view7', value: 'x' })
      const one = { key: 'mlflow.customView.view0', value: '' }
      await fails(
        tracking().experiments.setTag(experimentId, one),
        'INVALID_PARAMETER_VALUE',
        `experiment ${experimentId};`,
      )
    })
  })
}
