import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/core/errors.ts'
import type { Stores } from '../../src/store/stores.ts'

/** What every implementation of RegistryStore does. `open` gives stores of a new, empty database. */
export function registryStoreContract(implementation: string, open: () => Promise<Stores>): void {
  describe(`the registry store contract, kept by ${implementation}`, () => {
    let stores: Stores
    let registry: Stores['registry']

    beforeEach(async () => {
      stores = await open()
      registry = stores.registry
    })
    afterEach(() => stores.close())

    async function modelWithVersions(name: string, count: number): Promise<void> {
      await registry.createRegisteredModel({ name })
      for (let i = 0; i < count; i++) await registry.createModelVersion({ name, source: `/models/${i + 1}` })
    }

    describe('registered models', () => {
      test('are returned as they were made', async () => {
        const tags = [{ key: 'team', value: 'blue' }]
        await registry.createRegisteredModel({ name: 'iris', description: 'flowers', tags })
        expect(await registry.getRegisteredModel('iris')).toMatchObject({
          name: 'iris',
          description: 'flowers',
          tags,
          aliases: [],
          latestVersions: [],
        })
      })

      test('have names of their own', async () => {
        await registry.createRegisteredModel({ name: 'iris' })
        await fails(registry.createRegisteredModel({ name: 'iris' }), 'RESOURCE_ALREADY_EXISTS', 'name=iris')
      })

      test.each(['', '  ', 'a/b', 'a:b', '.', '..'])('cannot be called %j', async (name) => {
        await fails(registry.createRegisteredModel({ name }), 'INVALID_PARAMETER_VALUE', '')
      })

      test.each(['é', 'a b', 'a@b', 'a.b', '%2e', "o'clock; DROP TABLE runs", 'x'.repeat(300)])(
        'can be called %j',
        async (name) => {
          await modelWithVersions(name, 1)
          expect((await registry.getModelVersion(name, '1')).name).toBe(name)
        },
      )

      test('are listed by name, without the prompts', async () => {
        await registry.createRegisteredModel({ name: 'b' })
        await registry.createRegisteredModel({ name: 'a' })
        await registry.createRegisteredModel({
          name: 'hello',
          tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
        })
        expect((await registry.searchRegisteredModels()).map(({ name }) => name)).toEqual(['a', 'b'])
      })

      test('are deleted with their versions, aliases and tags, and can be made anew', async () => {
        await modelWithVersions('iris', 2)
        await registry.setModelVersionTag('iris', '1', { key: 'k', value: 'v' })
        await registry.setRegisteredModelTag('iris', { key: 'k', value: 'v' })
        await registry.setRegisteredModelAlias('iris', 'champion', '1')
        await registry.deleteRegisteredModel('iris')
        await fails(registry.getRegisteredModel('iris'), 'RESOURCE_DOES_NOT_EXIST', 'name=iris not found')
        await modelWithVersions('iris', 1)
        expect(await registry.getModelVersion('iris', '1')).toMatchObject({ tags: [], aliases: [] })
      })

      test('that are not there cannot be deleted', async () => {
        await fails(registry.deleteRegisteredModel('iris'), 'RESOURCE_DOES_NOT_EXIST', 'name=iris not found')
      })

      test('take a tag again with another value', async () => {
        await registry.createRegisteredModel({ name: 'iris' })
        await registry.setRegisteredModelTag('iris', { key: 'k', value: '1' })
        await registry.setRegisteredModelTag('iris', { key: 'k', value: '2' })
        expect((await registry.getRegisteredModel('iris')).tags).toEqual([{ key: 'k', value: '2' }])
      })
    })

    describe('versions', () => {
      test('are numbered from 1, and a number is never given again', async () => {
        await modelWithVersions('iris', 2)
        await registry.deleteModelVersion('iris', '2')
        expect((await registry.createModelVersion({ name: 'iris', source: '/x' })).version).toBe('3')
      })

      test('are READY at once, in no stage, and know where their files lie', async () => {
        await modelWithVersions('iris', 1)
        expect(await registry.getModelVersion('iris', '1')).toMatchObject({
          status: 'READY',
          currentStage: 'None',
          source: '/models/1',
        })
        expect(await registry.getModelVersionDownloadUri('iris', '1')).toBe('/models/1')
      })

      test('made from a version take over its files and its run', async () => {
        await registry.createRegisteredModel({ name: 'iris' })
        await registry.createModelVersion({ name: 'iris', source: '/models/1', runId: 'abc' })
        const copy = await registry.createModelVersion({ name: 'iris', source: 'models:/iris/1' })
        expect(copy).toMatchObject({ source: 'models:/iris/1', runId: 'abc' })
        expect(await registry.getModelVersionDownloadUri('iris', '2')).toBe('/models/1')
      })

      test('made from a logged model take over its files', async () => {
        const { experimentId } = await stores.tracking.ensureDefaultExperiment()
        const { modelId, artifactLocation } = await stores.tracking.createLoggedModel({
          experimentId,
          name: 'm',
        })
        await registry.createRegisteredModel({ name: 'iris' })
        await registry.createModelVersion({ name: 'iris', source: `models:/${modelId}` })
        expect(await registry.getModelVersionDownloadUri('iris', '1')).toBe(artifactLocation)
      })

      test('cannot be made from a logged model that is not there', async () => {
        await registry.createRegisteredModel({ name: 'iris' })
        await fails(
          registry.createModelVersion({ name: 'iris', source: 'models:/m-1' }),
          'INVALID_PARAMETER_VALUE',
          "Unable to fetch model from model URI source artifact location 'models:/m-1'",
        )
      })

      test('of a model that is not there cannot be made', async () => {
        await fails(
          registry.createModelVersion({ name: 'iris', source: '/x' }),
          'RESOURCE_DOES_NOT_EXIST',
          'name=iris not found',
        )
      })

      test.each(['2', '0', '99999'])('that are not there are not found: %s', async (version) => {
        await modelWithVersions('iris', 1)
        await fails(
          registry.getModelVersion('iris', version),
          'RESOURCE_DOES_NOT_EXIST',
          `Model Version (name=iris, version=${version}) not found`,
        )
      })

      test('have whole numbers', async () => {
        await modelWithVersions('iris', 1)
        await fails(
          registry.getModelVersion('iris', '1.5'),
          'INVALID_PARAMETER_VALUE',
          "must be an integer, got '1.5'",
        )
      })

      test('are listed with the newest first', async () => {
        await modelWithVersions('iris', 11)
        const versions = await registry.searchModelVersions('iris')
        expect(versions.map(({ version }) => version).slice(0, 3)).toEqual(['11', '10', '9'])
      })

      test('that were deleted are seen nowhere', async () => {
        await modelWithVersions('iris', 2)
        await registry.setRegisteredModelAlias('iris', 'champion', '2')
        await registry.deleteModelVersion('iris', '2')
        await fails(registry.getModelVersion('iris', '2'), 'RESOURCE_DOES_NOT_EXIST', 'not found')
        await fails(registry.deleteModelVersion('iris', '2'), 'RESOURCE_DOES_NOT_EXIST', 'not found')
        const model = await registry.getRegisteredModel('iris')
        expect(model.aliases).toEqual([])
        expect(model.latestVersions.map(({ version }) => version)).toEqual(['1'])
      })

      test('take a tag again with another value', async () => {
        await modelWithVersions('iris', 1)
        await registry.setModelVersionTag('iris', '1', { key: 'k', value: '1' })
        await registry.setModelVersionTag('iris', '1', { key: 'k', value: '2' })
        expect((await registry.getModelVersion('iris', '1')).tags).toEqual([{ key: 'k', value: '2' }])
      })

      test.each(['', '../x', '/x', 'a//b', 'a\nb', 'a=b'])('take no tag called %j', async (key) => {
        await modelWithVersions('iris', 1)
        await fails(
          registry.setModelVersionTag('iris', '1', { key, value: '' }),
          'INVALID_PARAMETER_VALUE',
          "for parameter 'key'",
        )
      })
    })

    describe('aliases', () => {
      test('lead to their version, and can be moved', async () => {
        await modelWithVersions('iris', 2)
        await registry.setRegisteredModelAlias('iris', 'champion', '1')
        await registry.setRegisteredModelAlias('iris', 'champion', '2')
        const version = await registry.getModelVersionByAlias('iris', 'champion')
        expect(version).toMatchObject({ version: '2', aliases: ['champion'] })
        expect((await registry.getRegisteredModel('iris')).aliases).toEqual([
          { alias: 'champion', version: '2' },
        ])
      })

      test('differ by case, may be digits or stage names, and may have letters of any script', async () => {
        await modelWithVersions('iris', 2)
        for (const alias of ['champ', '12', 'Staging', 'é', 'a-b_c']) {
          await registry.setRegisteredModelAlias('iris', alias, '1')
        }
        await registry.setRegisteredModelAlias('iris', 'CHAMP', '2')
        expect((await registry.getModelVersionByAlias('iris', 'champ')).version).toBe('1')
        expect((await registry.getModelVersionByAlias('iris', 'CHAMP')).version).toBe('2')
      })

      test.each(['', 'a b', 'a.b', 'a/b', 'a\n', 'latest', 'LATEST', 'v1', 'V22', 'x'.repeat(256)])(
        'cannot be called %j',
        async (alias) => {
          await modelWithVersions('iris', 1)
          await fails(registry.setRegisteredModelAlias('iris', alias, '1'), 'INVALID_PARAMETER_VALUE', '')
        },
      )

      test('cannot be set on a version that is not there', async () => {
        await modelWithVersions('iris', 1)
        await fails(
          registry.setRegisteredModelAlias('iris', 'a', '2'),
          'RESOURCE_DOES_NOT_EXIST',
          'version=2',
        )
      })

      test('that are not there are an invalid parameter, as in MLflow', async () => {
        await modelWithVersions('iris', 1)
        await fails(
          registry.getModelVersionByAlias('iris', 'champion'),
          'INVALID_PARAMETER_VALUE',
          'Registered model alias champion not found.',
        )
      })

      test('can be deleted, also where they are not there', async () => {
        await modelWithVersions('iris', 1)
        await registry.setRegisteredModelAlias('iris', 'champion', '1')
        await registry.deleteRegisteredModelAlias('iris', 'champion')
        await registry.deleteRegisteredModelAlias('iris', 'champion')
        expect((await registry.getRegisteredModel('iris')).aliases).toEqual([])
      })

      test('called latest mean the highest version', async () => {
        await modelWithVersions('iris', 3)
        await registry.transitionModelVersionStage({
          name: 'iris',
          version: '3',
          stage: 'Archived',
          archiveExistingVersions: false,
        })
        expect((await registry.getModelVersionByAlias('iris', 'Latest')).version).toBe('3')
      })
    })

    describe('stages', () => {
      test('have a latest version each', async () => {
        await modelWithVersions('iris', 4)
        for (const version of ['1', '2']) await move(version, 'staging')
        const latest = await registry.getLatestVersions('iris')
        expect(latest.map(({ currentStage, version }) => [currentStage, version]).sort()).toEqual([
          ['None', '4'],
          ['Staging', '2'],
        ])
        expect((await registry.getLatestVersions('iris', ['STAGING'])).map(({ version }) => version)).toEqual(
          ['2'],
        )
        expect(await registry.getLatestVersions('iris', ['Production'])).toEqual([])
      })

      test('send the versions that were in them to the archive where asked', async () => {
        await modelWithVersions('iris', 2)
        await move('1', 'Production')
        await move('2', 'Production', true)
        expect((await registry.getModelVersion('iris', '1')).currentStage).toBe('Archived')
        expect((await registry.getModelVersion('iris', '2')).currentStage).toBe('Production')
      })

      test('that MLflow does not know are refused', async () => {
        await modelWithVersions('iris', 1)
        await fails(
          move('1', 'champion'),
          'INVALID_PARAMETER_VALUE',
          'Invalid Model Version stage: champion. Value must be one of None, Staging, Production, Archived.',
        )
      })

      test('without versions on duty archive nothing', async () => {
        await modelWithVersions('iris', 1)
        await fails(move('1', 'None', true), 'INVALID_PARAMETER_VALUE', 'is not an Active stage')
      })

      function move(version: string, stage: string, archiveExistingVersions = false): Promise<unknown> {
        return registry.transitionModelVersionStage({ name: 'iris', version, stage, archiveExistingVersions })
      }
    })

    describe('transactions', () => {
      test('keep all changes of both stores, or none', async () => {
        await modelWithVersions('iris', 1)
        const work = stores.transaction(async ({ registry, tracking }) => {
          await tracking.ensureDefaultExperiment()
          await registry.createModelVersion({ name: 'iris', source: '/2' })
          await registry.setRegisteredModelAlias('iris', 'champion', '7')
        })
        await fails(work, 'RESOURCE_DOES_NOT_EXIST', 'version=7')
        expect(await registry.searchModelVersions('iris')).toHaveLength(1)
        await fails(stores.tracking.getExperiment('0'), 'RESOURCE_DOES_NOT_EXIST', 'id=0')
      })

      test('asked for at the same time run one after the other', async () => {
        await registry.createRegisteredModel({ name: 'iris' })
        const made = await Promise.all(
          Array.from({ length: 20 }, () => registry.createModelVersion({ name: 'iris', source: '/x' })),
        )
        expect(new Set(made.map(({ version }) => version)).size).toBe(20)
      })
    })
  })
}

async function fails(work: Promise<unknown>, code: ErrorCode, text: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
}
