import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MlflowClient, ServingError } from '../../src/client/index.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { TRACKING_SERVERS, type TrackingServer } from './support/tracking-servers.ts'

describe.each(TRACKING_SERVERS)('the client, of $name', ({ start }) => {
  let server: TrackingServer
  let client: MlflowClient
  let experimentId = ''

  beforeAll(async () => {
    server = await start()
    client = new MlflowClient({ trackingUri: server.url, maxRetries: 0 })
    experimentId = await client.createExperiment('iris', { tags: { team: 'flowers' } })
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
  })

  test('makes, finds, renames, deletes and restores experiments', async () => {
    const id = await client.createExperiment('first name')
    await client.renameExperiment(id, "O'Brien's")
    expect(await client.getExperimentByName('first name')).toBeUndefined()
    expect(await client.getExperimentByName("O'Brien's")).toMatchObject({ experimentId: id })
    await client.deleteExperiment(id)
    expect(await client.getExperiment(id)).toMatchObject({ lifecycleStage: 'deleted' })
    await expect(client.createExperiment("O'Brien's")).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
    })
    await client.restoreExperiment(id)
    await client.setExperimentTag(id, 'year', 2026)
    const found = await client.searchExperiments({ filter: "tags.year = '2026'" })
    expect(found.map(({ experimentId }) => experimentId)).toEqual([id])
    expect(found[0]?.tags).toEqual([{ key: 'year', value: '2026' }])
    await client.deleteExperimentTag(id, 'year')
    expect((await client.getExperiment(id)).tags).toEqual([])
  })

  test('gives pages, and all of them', async () => {
    const first = await client.searchExperiments({ maxResults: 1 })
    expect(first).toHaveLength(1)
    const second = await client.searchExperiments({ maxResults: 1, pageToken: first.nextPageToken })
    const names: string[] = []
    for await (const { name } of client.allExperiments({ maxResults: 1 })) names.push(name)
    expect(names.slice(0, 2)).toEqual([first[0]?.name, second[0]?.name])
    expect(names).toContain('Default')
  })

  test('says what a server refuses with its code and message', async () => {
    const error = await client.getRun('0'.repeat(32)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ServingError)
    expect(error).toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `Run with id=${'0'.repeat(32)} not found`,
    })
  })

  test('makes a run, logs to it and ends it', async () => {
    const made = await client.createRun(experimentId, { runName: 'one', tags: { a: 'b' }, startTime: 1000 })
    const { runId } = made.info
    expect(made.info).toMatchObject({ status: 'RUNNING', runName: 'one', startTime: 1000, experimentId })
    await client.logMetric(runId, 'loss', 0.5, { step: 1, timestamp: 2000 })
    await client.logMetric(runId, 'loss', Number.NaN, { step: 2n ** 53n + 1n, timestamp: 3000 })
    await client.logParam(runId, 'depth', 3)
    await client.logBatch(runId, {
      metrics: [{ key: 'accuracy', value: 1 }],
      params: [{ key: 'kind', value: 'tree' }],
      tags: [{ key: 'c', value: 'd' }],
    })
    await client.setTag(runId, 'e', true)
    await client.deleteTag(runId, 'a')
    await client.setTerminated(runId, 'FINISHED', 5000)
    const { info, data } = await client.getRun(runId)
    expect(info).toMatchObject({ status: 'FINISHED', endTime: 5000, lifecycleStage: 'active' })
    expect(data.params.map(({ key, value }) => `${key}=${value}`).sort()).toEqual(['depth=3', 'kind=tree'])
    expect(data.tags).toEqual(expect.arrayContaining([{ key: 'e', value: 'true' }]))
    expect(data.tags.map(({ key }) => key)).not.toContain('a')
    expect(data.metrics.find(({ key }) => key === 'loss')).toMatchObject({ value: Number.NaN })
    const history = await client.getMetricHistory(runId, 'loss')
    expect(history.map(({ step }) => step)).toEqual([1, 2n ** 53n + 1n])
    await client.deleteRun(runId)
    expect((await client.getRun(runId)).info.lifecycleStage).toBe('deleted')
    await client.restoreRun(runId)
  })

  test('searches runs by what they logged', async () => {
    const id = await client.createExperiment('searched')
    for (let depth = 1; depth <= 5; depth++) {
      const { info } = await client.createRun(id, { runName: `run ${depth}` })
      await client.logBatch(info.runId, { metrics: [{ key: 'rmse', value: depth }] })
    }
    const found = await client.searchRuns({
      experimentIds: [id],
      filter: 'metrics.rmse > 1',
      orderBy: ['metrics.rmse DESC'],
      maxResults: 3,
    })
    expect(found.map(({ info }) => info.runName)).toEqual(['run 5', 'run 4', 'run 3'])
    expect(found.nextPageToken).toBeDefined()
    let count = 0
    for await (const run of client.allRuns({ experimentIds: [id], maxResults: 2 }))
      count += run.info.runId ? 1 : 0
    expect(count).toBe(5)
    await expect(client.searchRuns({ experimentIds: [id], filter: 'bogus' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
  })

  test('logs datasets and models as inputs of a run', async () => {
    const { info } = await client.createRun(experimentId)
    const dataset = { name: 'iris.csv', digest: 'abc', sourceType: 'local', source: '{"uri": "iris.csv"}' }
    await client.logInputs(info.runId, {
      datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'training' }] }],
    })
    const { inputs } = await client.getRun(info.runId)
    expect(inputs.datasetInputs).toMatchObject([{ dataset }])
  })

  test('sends files of a run up and down', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'in/deep'), { recursive: true })
    writeFileSync(join(folder, 'in/deep/ä b.txt'), 'deep')
    writeFileSync(join(folder, 'in/empty'), '')
    const { runId } = (await client.createRun(experimentId)).info
    await client.logArtifacts(runId, join(folder, 'in'), 'all')
    await client.logArtifact(runId, join(folder, 'in/deep/ä b.txt'))
    await client.logText(runId, 'text', 'notes/a.txt')
    await client.logJson(runId, { a: [1] }, 'a.json')
    const root = await client.listArtifacts(runId)
    expect(root.map(({ path, isDir }) => `${path}${isDir ? '/' : ''}`)).toEqual([
      'a.json',
      'all/',
      'notes/',
      'ä b.txt',
    ])
    expect(await client.listArtifacts(runId, 'all/deep')).toEqual([
      { path: 'all/deep/ä b.txt', isDir: false, fileSize: 4 },
    ])
    const path = await client.downloadArtifacts(runId, 'all', join(folder, 'out'))
    expect(path).toBe(join(folder, 'out/all'))
    expect(readdirSync(path, { recursive: true }).sort()).toEqual(['deep', 'deep/ä b.txt', 'empty'])
    const file = await client.downloadArtifactsAt(`runs:/${runId}/a.json`, join(folder, 'out'))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ a: [1] })
    const all = await client.downloadArtifacts(runId)
    expect(existsSync(join(all, 'notes/a.txt'))).toBe(true)
    await expect(client.downloadArtifacts(runId, 'missing')).rejects.toBeInstanceOf(ServingError)
    await expect(client.logText(runId, '', '../x')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })

  test('makes logged models and gives them files', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'MLmodel'), 'flavors: {}\n')
    const params = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p${index}`, index]))
    const model = await client.createLoggedModel(experimentId, { name: 'model', params, tags: { a: 'b' } })
    expect(model).toMatchObject({ name: 'model', status: 'PENDING', experimentId })
    await client.logModelArtifacts(model.modelId, folder)
    await client.setLoggedModelTags(model.modelId, { c: 'd' })
    await client.deleteLoggedModelTag(model.modelId, 'a')
    expect(await client.finalizeLoggedModel(model.modelId, 'READY')).toMatchObject({ status: 'READY' })
    expect((await client.getLoggedModel(model.modelId)).tags).toEqual([{ key: 'c', value: 'd' }])
    const found = await client.searchLoggedModels({
      experimentIds: [experimentId],
      filter: "name = 'model'",
      orderBy: [{ fieldName: 'creation_timestamp', ascending: false }],
    })
    expect(found.map(({ modelId }) => modelId)).toEqual([model.modelId])
    const path = await client.downloadArtifactsAt(`models:/${model.modelId}`)
    expect(readdirSync(path)).toEqual(['MLmodel'])
    await client.deleteLoggedModel(model.modelId)
    await expect(client.getLoggedModel(model.modelId)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    })
  })

  test('keeps a registry of models, versions, aliases, stages and tags', async () => {
    const { info } = await client.createRun(experimentId)
    await client.logText(info.runId, 'flavors: {}', 'model/MLmodel')
    await client.createRegisteredModel('iris', { description: 'flowers', tags: { kind: 'trees' } })
    const source = `${info.artifactUri}/model`
    const one = await client.createModelVersion('iris', source, { runId: info.runId, tags: { a: 'b' } })
    const two = await client.createModelVersion('iris', source, { runId: info.runId })
    expect([one.version, two.version, one.status]).toEqual(['1', '2', 'READY'])
    await client.setRegisteredModelAlias('iris', 'champion', 1)
    expect(await client.getModelVersionByAlias('iris', 'champion')).toMatchObject({ version: '1' })
    expect((await client.getRegisteredModel('iris')).aliases).toEqual([{ alias: 'champion', version: '1' }])
    await client.deleteRegisteredModelAlias('iris', 'champion')
    await client.updateRegisteredModel('iris', 'more flowers')
    await client.updateModelVersion('iris', 1, 'the first')
    expect(await client.getModelVersion('iris', 1)).toMatchObject({ description: 'the first' })
    await client.setModelVersionTag('iris', 1, { key: 'c', value: 1 })
    await client.deleteModelVersionTag('iris', 1, 'a')
    await client.setRegisteredModelTag('iris', 'x', 'y')
    await client.deleteRegisteredModelTag('iris', 'kind')
    expect((await client.getRegisteredModel('iris')).tags).toEqual([{ key: 'x', value: 'y' }])
    await client.transitionModelVersionStage('iris', 1, 'Production')
    expect((await client.getLatestVersions('iris', ['Production'])).map(({ version }) => version)).toEqual([
      '1',
    ])
    const versions = await client.searchModelVersions({
      filter: "name = 'iris'",
      orderBy: ['version_number'],
    })
    expect(versions.map(({ version }) => version)).toEqual(['1', '2'])
    const path = await client.downloadArtifactsAt('models:/iris/1')
    expect(readdirSync(path)).toEqual(['MLmodel'])
    await client.deleteModelVersion('iris', 2)
    await client.renameRegisteredModel('iris', 'flowers')
    expect((await client.searchRegisteredModels()).map(({ name }) => name)).toEqual(['flowers'])
    await client.deleteRegisteredModel('flowers')
  })

  test('logs twenty thousand metrics in the background, and leaves out only what is refused', async () => {
    const { runId } = (await client.createRun(experimentId)).info
    const failures: string[] = []
    const queue = client.batch(runId, {
      maxQueued: 5000,
      onFailure: ({ metrics, error }) => failures.push(`${metrics.map(({ key }) => key)} ${error.code}`),
    })
    const metrics = 20_000
    for (let step = 0; step < metrics; step++) {
      await queue.logMetric(step === 7_777 ? 'a\nb' : 'loss', step, { step, timestamp: step })
      expect(queue.queued).toBeLessThanOrEqual(5000)
    }
    void queue.logParams({ a: 1, b: 2 })
    void queue.logParam('a', 1)
    void queue.setTag('t', 'x')
    void queue.setTag('t', 'y')
    await queue.flush()
    expect(failures).toEqual(['a\nb INVALID_PARAMETER_VALUE'])
    const history = await client.getMetricHistory(runId, 'loss')
    expect(history).toHaveLength(metrics - 1)
    expect(new Set(history.map(({ step }) => step)).size).toBe(metrics - 1)
    const { data } = await client.getRun(runId)
    expect(data.params).toHaveLength(2)
    expect(data.tags).toContainEqual({ key: 't', value: 'y' })
  })
})
