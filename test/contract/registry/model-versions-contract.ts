import { describe, expect, test } from 'vitest'
import { fails, modelWithVersions, type OpenedStores } from './contract-support.ts'

/** What versions of registered models do. */
export function modelVersionsContract({ registry, stores }: OpenedStores): void {
  describe('versions', () => {
    test('are numbered from 1, and a number is never given again', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      await registry().modelVersions.delete('iris', '2')
      expect((await registry().modelVersions.create({ name: 'iris', source: '/x' })).version).toBe('3')
    })

    test('are READY at once, in no stage, and know where their files lie', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      expect(await registry().modelVersions.get('iris', '1')).toMatchObject({
        status: 'READY',
        currentStage: 'None',
        source: '/models/1',
      })
      expect(await registry().modelVersions.getDownloadUri('iris', '1')).toBe('/models/1')
    })

    test('made from a version take over its files and its run', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      await registry().modelVersions.create({ name: 'iris', source: '/models/1', runId: 'abc' })
      const copy = await registry().modelVersions.create({ name: 'iris', source: 'models:/iris/1' })
      expect(copy).toMatchObject({ source: 'models:/iris/1', runId: 'abc' })
      expect(await registry().modelVersions.getDownloadUri('iris', '2')).toBe('/models/1')
    })

    test('made from a logged model take over its files', async () => {
      const { experimentId } = await stores().tracking.experiments.ensureDefault()
      const { modelId, artifactLocation } = await stores().tracking.loggedModels.create({
        experimentId,
        name: 'm',
      })
      await registry().registeredModels.create({ name: 'iris' })
      await registry().modelVersions.create({ name: 'iris', source: `models:/${modelId}` })
      expect(await registry().modelVersions.getDownloadUri('iris', '1')).toBe(artifactLocation)
    })

    test('cannot be made from a logged model that is not there', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      await fails(
        registry().modelVersions.create({ name: 'iris', source: 'models:/m-1' }),
        'INVALID_PARAMETER_VALUE',
        "Unable to fetch model from model URI source artifact location 'models:/m-1'",
      )
    })

    test('of a model that is not there cannot be made', async () => {
      await fails(
        registry().modelVersions.create({ name: 'iris', source: '/x' }),
        'RESOURCE_DOES_NOT_EXIST',
        'name=iris not found',
      )
    })

    test.each(['2', '0', '99999'])('that are not there are not found: %s', async (version) => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        registry().modelVersions.get('iris', version),
        'RESOURCE_DOES_NOT_EXIST',
        `Model Version (name=iris, version=${version}) not found`,
      )
    })

    test('have whole numbers', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        registry().modelVersions.get('iris', '1.5'),
        'INVALID_PARAMETER_VALUE',
        "must be an integer, got '1.5'",
      )
    })

    test('are listed with the newest first', async () => {
      await modelWithVersions(registry(), 'iris', 11)
      const versions = await registry().modelVersions.ofModel('iris')
      expect(versions.map(({ version }) => version).slice(0, 3)).toEqual(['11', '10', '9'])
    })

    test('that were deleted are seen nowhere', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      await registry().registeredModels.setAlias('iris', 'champion', '2')
      await registry().modelVersions.delete('iris', '2')
      await fails(registry().modelVersions.get('iris', '2'), 'RESOURCE_DOES_NOT_EXIST', 'not found')
      await fails(registry().modelVersions.delete('iris', '2'), 'RESOURCE_DOES_NOT_EXIST', 'not found')
      const model = await registry().registeredModels.get('iris')
      expect(model.aliases).toEqual([])
      expect(model.latestVersions.map(({ version }) => version)).toEqual(['1'])
    })

    test('take a tag again with another value', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await registry().modelVersions.setTag('iris', '1', { key: 'k', value: '1' })
      await registry().modelVersions.setTag('iris', '1', { key: 'k', value: '2' })
      expect((await registry().modelVersions.get('iris', '1')).tags).toEqual([{ key: 'k', value: '2' }])
    })

    test.each(['', '../x', '/x', 'a//b', 'a\nb', 'a=b'])('take no tag called %j', async (key) => {
      await modelWithVersions(registry(), 'iris', 1)
      await fails(
        registry().modelVersions.setTag('iris', '1', { key, value: '' }),
        'INVALID_PARAMETER_VALUE',
        "for parameter 'key'",
      )
    })

    test('are found by any text of their number that Python reads', async () => {
      await modelWithVersions(registry(), 'iris', 10)
      for (const text of ['1', '01', ' 1', '+1', '1 ']) {
        expect((await registry().modelVersions.get('iris', text)).version).toBe('1')
      }
      expect((await registry().modelVersions.get('iris', '1_0')).version).toBe('10')
      await fails(
        registry().modelVersions.get('iris', '-1'),
        'RESOURCE_DOES_NOT_EXIST',
        'version=-1) not found',
      )
      await fails(registry().modelVersions.get('iris', ''), 'INVALID_PARAMETER_VALUE', "an integer, got ''")
    })

    test('take a description, and lose it', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      expect((await registry().modelVersions.update('iris', '1', 'first')).description).toBe('first')
      expect((await registry().modelVersions.update('iris', '1', undefined)).description).toBe(undefined)
      await fails(registry().modelVersions.update('iris', '2', ''), 'RESOURCE_DOES_NOT_EXIST', 'version=2')
    })

    test('lose a tag, also one that they do not have', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      await registry().modelVersions.create({ name: 'iris', source: '/1', tags: [{ key: 'k', value: 'v' }] })
      for (const key of ['k', 'k']) await registry().modelVersions.deleteTag('iris', '1', key)
      expect((await registry().modelVersions.get('iris', '1')).tags).toEqual([])
      await fails(
        registry().modelVersions.deleteTag('iris', '2', 'k'),
        'RESOURCE_DOES_NOT_EXIST',
        'version=2',
      )
    })

    test('take long texts of prompts, but none of more than 100,000 characters', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      const key = 'mlflow.prompt.text'
      await registry().modelVersions.setTag('iris', '1', { key, value: 'x'.repeat(60_000) })
      await fails(
        registry().modelVersions.setTag('iris', '1', { key, value: 'x'.repeat(100_001) }),
        'INVALID_PARAMETER_VALUE',
        'Prompt text exceeds max length of 100000 characters.',
      )
    })

    test('keep their files in sight of versions made of them when they are deleted', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await registry().modelVersions.create({ name: 'iris', source: 'models:/iris/1' })
      await registry().modelVersions.delete('iris', '1')
      expect(await registry().modelVersions.getDownloadUri('iris', '2')).toBe('/models/1')
    })

    test('are listed in the tag of the logged model that they are made of', async () => {
      const { experimentId } = await stores().tracking.experiments.ensureDefault()
      const { modelId } = await stores().tracking.loggedModels.create({ experimentId, name: 'm' })
      for (const name of ['iris', 'é "']) {
        await registry().registeredModels.create({ name })
        await registry().modelVersions.create({ name, source: `models:/${modelId}`, modelId })
      }
      const { tags } = await stores().tracking.loggedModels.get(modelId)
      expect(tags).toEqual([
        {
          key: 'mlflow.modelVersions',
          value: String.raw`[{"name": "iris", "version": 1}, {"name": "\u00e9 \"", "version": 1}]`,
        },
      ])
    })

    test('made of a logged model take over the run that it is of', async () => {
      const { experimentId } = await stores().tracking.experiments.ensureDefault()
      const logged = { experimentId, name: 'm', sourceRunId: 'r1' }
      const { modelId } = await stores().tracking.loggedModels.create(logged)
      await registry().registeredModels.create({ name: 'iris' })
      const made = (runId: string | undefined) =>
        registry().modelVersions.create({ name: 'iris', source: '/x', modelId, runId })
      expect((await made('')).runId).toBe('r1')
      expect((await made('r2')).runId).toBe('r2')
      await fails(
        registry().modelVersions.create({ name: 'iris', source: '/x', modelId: 'm-none' }),
        'RESOURCE_DOES_NOT_EXIST',
        "Logged model with ID 'm-none' not found.",
      )
    })
  })
}
