import { beforeEach, describe, expect, test } from 'vitest'
import type { NewModelVersion } from '../../../src/store/registry/model-version-store.ts'
import { fails, type OpenedStores } from './contract-support.ts'

/** What clients of a server may name as the source of a version. */
export function sourcesContract({ registry, stores }: OpenedStores): void {
  describe('sources that a client names', () => {
    let run: { readonly runId: string; readonly artifactUri: string }
    let model: { readonly modelId: string; readonly artifactLocation: string }

    beforeEach(async () => {
      const { experimentId } = await stores().tracking.experiments.create('e', 'mlflow-artifacts:/7')
      run = (await stores().tracking.runs.create({ experimentId })).info
      model = await stores().tracking.loggedModels.create({ experimentId, name: 'm', sourceRunId: run.runId })
      await registry().registeredModels.create({ name: 'iris' })
    })

    function made(source: string, rest: Partial<NewModelVersion> = {}) {
      return registry().modelVersions.createForClient({ name: 'iris', source, ...rest })
    }

    const OUTSIDE = 'must identify the resource that contains the source'
    const RELATIVE = 'an absolute path must be provided without relative path references'
    const LOCAL = 'To use a local path as a model version source'

    test('may lie in the artifacts of the run or the logged model that is named', async () => {
      const { runId } = run
      const { modelId } = model
      expect(await made(`${run.artifactUri}/model`, { runId })).toMatchObject({ version: '1', runId })
      expect(await made(`runs:/${runId}/model`, { runId })).toMatchObject({ version: '2', runId })
      expect(await made(`${model.artifactLocation}/x`, { modelId })).toMatchObject({ version: '3', runId })
      expect(await made(`models:/${modelId}`, { modelId })).toMatchObject({ version: '4', runId })
      expect(await registry().modelVersions.getDownloadUri('iris', '4')).toBe(model.artifactLocation)
    })

    test('may not lie in those of another, or of none', async () => {
      const { runId } = run
      const { modelId } = model
      const other = `mlflow-artifacts:/7/${'0'.repeat(32)}/artifacts`
      const refused: readonly (readonly [string, Partial<NewModelVersion>])[] = [
        [`${run.artifactUri}/model`, {}],
        [`${run.artifactUri}/model`, { runId: '0'.repeat(32) }],
        [`${run.artifactUri}/model`, { modelId }],
        [`${run.artifactUri}x`, { runId }],
        [other, { runId }],
        [`runs:/${runId}/model`, {}],
        [`runs:/${runId}/model`, { modelId }],
        [`runs:/${'0'.repeat(32)}/model`, { runId }],
        [`runs://host/${runId}/model`, { runId }],
        [`models:/${modelId}`, {}],
        [`models:/${modelId}`, { runId }],
        [`models:/${modelId}`, { modelId: 'm-1' }],
        ['models:/', {}],
        ['models:/iris/1/MLmodel', {}],
        ['models:/iris/ ', {}],
        ['models:/iris@', {}],
      ]
      for (const [source, rest] of refused) {
        await fails(made(source, rest), 'INVALID_PARAMETER_VALUE', OUTSIDE)
      }
    })

    test('may be anywhere else for a logged model that is there, and only for such', async () => {
      const { runId } = run
      const { modelId } = model
      await fails(
        made('s3://b/p', { runId, modelId: 'm-none' }),
        'RESOURCE_DOES_NOT_EXIST',
        "'m-none' not found",
      )
      await stores().tracking.loggedModels.delete(modelId)
      await fails(made('s3://b/p', { runId, modelId }), 'RESOURCE_DOES_NOT_EXIST', `'${modelId}' not found`)
      expect(await registry().modelVersions.ofModel('iris')).toEqual([])
    })

    test.each([
      's3://b/p',
      's3://b/p?q=1#f',
      'dbfs:/x',
      'gs://b/a..b/c',
      's3://bucket/bin/sh',
      's3://b//p///q/',
      's3://b/%41',
      'wasbs://c@a.blob.core.windows.net/x',
    ])('may lie in a store that the server does not read for others: %s', async (source) => {
      expect(await made(source)).toMatchObject({ source, runId: '' })
    })

    test.each([
      's3://b',
      's3://b/',
      's3:p',
      's3://b/a/../c',
      's3://b/a/./c',
      's3://b/..',
      's3://b/%2e%2e/c',
      's3://b/%252e%252e/c',
      's3://b/%25252525252e./c',
      's3://b/..%2fc',
      's3://b/c?x/../y',
      's3://b/c#/../y',
      's3://b/c;/../y',
      's3://b/a%00b',
      's3://b/a\0b',
      `s3://b/%${'25'.repeat(100)}2e./c`,
      'databricks',
      'mlflow-artifacts:/',
      'models:..',
    ])('may not be relative or lead elsewhere: %j', async (source) => {
      await fails(made(source), 'INVALID_PARAMETER_VALUE', source.startsWith('models') ? OUTSIDE : RELATIVE)
    })

    test.each([
      '/etc',
      'etc/passwd',
      '',
      './x',
      'file:///etc',
      'file:/etc',
      'FILE:///etc',
      'file://localhost/etc',
      'file://127.0.0.1/etc',
      ' file:///etc',
      '\tfi\nle:///etc',
      'dummy-source',
      'a\0b',
    ])('may not be files of the server: %j', async (source) => {
      await fails(made(source), 'INVALID_PARAMETER_VALUE', LOCAL)
      await fails(made(source, { runId: run.runId }), 'INVALID_PARAMETER_VALUE', LOCAL)
      await fails(made(source, { modelId: model.modelId }), 'INVALID_PARAMETER_VALUE', LOCAL)
    })

    test.each([
      'http://169.254.169.254/latest',
      'https://host/x',
      'ftp:///x',
      'sftp://host/x',
      'hdfs:/x',
      'viewfs://c/x',
      'mlflow-artifacts://host:1/x',
      'r2://b@host/x',
      'b2://b@host/x',
      'abfss://f@host/x',
      'HTTP://host/x',
    ])('may not name a host to connect to: %s', async (source) => {
      await fails(made(source), 'INVALID_PARAMETER_VALUE', "'source' cannot use the")
    })

    test('may be another version, which is meant as it is now', async () => {
      await made('s3://b/1', { runId: 'r1' })
      await registry().registeredModels.setAlias('iris', 'champion', '1')
      await registry().modelVersions.transitionStage({
        name: 'iris',
        version: '1',
        stage: 'Staging',
        archiveExistingVersions: false,
      })
      for (const source of ['models:/iris/1', 'models:/iris@champion', 'models:/iris/staging']) {
        expect(await made(source)).toMatchObject({ source: 'models:/iris/1', runId: 'r1' })
      }
      expect(await made('models:/iris/latest')).toMatchObject({ source: 'models:/iris/4', runId: 'r1' })
      expect(await registry().modelVersions.getDownloadUri('iris', '5')).toBe('s3://b/1')
    })

    test('may be another version only with its run, and where it is there', async () => {
      await made('s3://b/1', { runId: 'r1' })
      const refused = [
        ['models:/iris/1', { runId: 'r2' }, 'must match the referenced model version'],
        ['models:/iris/1', { modelId: model.modelId }, 'must match the referenced model version'],
        ['models:/iris@nobody', {}, 'Registered model alias nobody not found.'],
        ['models:/iris/bogus', {}, 'Invalid Model Version stage: bogus'],
        ['models:/iris/Production', {}, "No versions of model with name 'iris' and stage 'Production' found"],
        ['models://host/iris/1', {}, 'must use the active model registry'],
      ] as const
      for (const [source, rest, text] of refused)
        await fails(made(source, rest), 'INVALID_PARAMETER_VALUE', text)
      await fails(made('models:/iris/9'), 'RESOURCE_DOES_NOT_EXIST', 'version=9')
      await fails(made('models:/roses/1'), 'RESOURCE_DOES_NOT_EXIST', 'name=roses')
    })

    describe('of prompts', () => {
      const prompt = (value: string) => ({ key: 'mlflow.prompt.is_prompt', value })

      test('are placeholders', async () => {
        for (const source of ['dummy-source', 'prompt-template']) {
          expect(await made(source, { tags: [prompt('True')] })).toMatchObject({ source, runId: '' })
        }
      })

      test('are nothing else: the tag switches no check off', async () => {
        for (const source of ['/etc', 'file:///etc', `${run.artifactUri}/x`, 's3://b/p', 'models:/iris/1']) {
          await fails(
            made(source, { tags: [prompt('true')] }),
            'INVALID_PARAMETER_VALUE',
            'Invalid prompt source',
          )
        }
        for (const tags of [[prompt('true'), prompt('false')], [prompt('yes')], [prompt('')]]) {
          await fails(made('/etc', { tags }), 'INVALID_PARAMETER_VALUE', LOCAL)
        }
      })

      test('cannot be taken for models', async () => {
        await registry().registeredModels.create({ name: 'hello', tags: [prompt('true')] })
        await made('dummy-source', { name: 'hello', tags: [prompt('true')] })
        await fails(made('models:/hello/1'), 'INVALID_PARAMETER_VALUE', 'Prompt versions cannot be used')
      })
    })

    test('that are refused leave nothing behind', async () => {
      await fails(made('/etc'), 'INVALID_PARAMETER_VALUE', LOCAL)
      await fails(made('s3://b/p', { name: 'roses' }), 'RESOURCE_DOES_NOT_EXIST', 'name=roses')
      expect(await registry().modelVersions.ofModel('iris')).toEqual([])
    })
  })
}
