import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ENDPOINTS } from '../../../../src/server/tracking/endpoint-table.ts'
import { openStores } from '../../../../src/store/open-stores.ts'
import type { Stores } from '../../../../src/store/stores.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

let stores: Stores
let runId: string

beforeEach(async () => {
  stores = openStores({ databaseUri: 'sqlite:///mlflow.db', folder: temporaryFolder(), access: 'write' })
  const { experimentId } = await stores.tracking.experiments.create('trees')
  runId = (await stores.tracking.runs.create({ experimentId })).info.runId
})
afterEach(() => stores.close())

function call(verb: string, path: string, source: { query: string } | { json: string }): Promise<string> {
  const endpoint = ENDPOINTS.find((each) => each.verb === verb && each.path === `/2.0/mlflow/${path}`)
  if (endpoint === undefined) throw new Error(`no endpoint ${verb} ${path}`)
  const sent =
    'query' in source
      ? source
      : { contentType: 'application/json', body: new TextEncoder().encode(source.json) }
  return endpoint.answer(stores, {}, sent)
}

function post(path: string, body: object): Promise<unknown> {
  return call('POST', path, { json: JSON.stringify(body) }).then((text) => JSON.parse(text))
}

describe('limits that a server sets', () => {
  test('refuse too long values that are cut otherwise, and longer artifact locations', async () => {
    const limits = { artifactLocationLength: 20, cutsLongValues: false }
    const location = { databaseUri: 'sqlite:///mlflow.db', folder: temporaryFolder(), limits }
    const limited = openStores({ ...location, access: 'write' })
    const { tracking } = limited
    const { experimentId } = await tracking.experiments.create('short')
    const { info } = await tracking.runs.create({ experimentId })
    const [param, tag] = [6001, 8001].map((length) => ({ key: 'k', value: '\u{1f600}'.repeat(length) }))
    const batch = { metrics: [], params: [], tags: [tag!] }
    await expect(tracking.runs.logParam(info.runId, param!)).rejects.toThrow("'Param value' exceeds")
    await expect(tracking.runs.setTag(info.runId, tag!)).rejects.toThrow("'value' exceeds")
    await expect(tracking.runs.logBatch(info.runId, batch)).rejects.toThrow("'tags[0].value' exceeds")
    await expect(tracking.experiments.create('long', `/${'a'.repeat(20)}`)).rejects.toThrow('greater than 20')
    await tracking.runs.logParam(info.runId, { key: 'k', value: '\u{1f600}'.repeat(6000) })
    await limited.close()
  })
})

describe('logged models', () => {
  test('have the times and steps of their metrics exactly', async () => {
    const { experimentId, modelId } = await stores.tracking.loggedModels.create({ experimentId: '1' })
    expect(experimentId).toBe('1')
    const largest = 2n ** 63n - 1n
    const metric = { key: 'm', value: 1, timestamp: largest, step: -largest, modelId }
    await stores.tracking.metrics.log(runId, metric)
    const endpoint = ENDPOINTS.find(({ verb, path }) => verb === 'GET' && path.includes('/logged-models/{'))
    const text = await endpoint!.answer(stores, { model_id: modelId }, { query: '' })
    expect(text).toMatch(/"timestamp": 9223372036854775807,\s+"step": -9223372036854775807/)
  })
})

describe('log-batch', () => {
  test.each([
    [{ metrics: [{ value: 1, timestamp: 1 }] }, "'metrics[0].key'"],
    [
      {
        metrics: [
          { key: 'a', value: 1, timestamp: 1 },
          { key: 'a', value: 1 },
        ],
      },
      "'metrics[1].timestamp'",
    ],
    [{ metrics: [1] }, "'metrics[0].key'"],
    [{ metrics: null }, "Invalid value null for parameter 'metrics'"],
    [{ metrics: { a: 1 } }, 'Invalid value {"a":1} for parameter \'metrics\''],
    [{ params: [{ key: '' }] }, "'params[0].key'"],
    [{ tags: [{}] }, "'tags[0].key'"],
  ])('refuses %j', async (body, text) => {
    await expect(post('runs/log-batch', { run_id: runId, ...body })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(text),
    })
  })
})

describe('the interval of histories', () => {
  beforeEach(async () => {
    const metrics = [-(2n ** 40n), 0, 2n ** 40n].map((step) => ({ key: 'm', value: 1, timestamp: 1, step }))
    await stores.tracking.runs.logBatch(runId, { metrics, params: [], tags: [] })
  })

  test('may lie far out', async () => {
    const query = `run_ids=${runId}&metric_key=m&start_step=0&end_step=5000000000000`
    const { metrics } = JSON.parse(await call('GET', 'metrics/get-history-bulk-interval', { query }))
    expect(metrics.map(({ step }: { step: number }) => step)).toEqual([0, 2 ** 40])
  })

  test.each([
    ['start_step=1', 'both must be specified'],
    ['start_step=3&end_step=1', 'Found start_step=3 and end_step=1.'],
    ['start_step=x&end_step=1', `Invalid value "x" for parameter 'start_step'`],
    ['max_results=0', 'max_results must be between 1 and 2500.'],
    ['max_results=2501', 'max_results must be between 1 and 2500.'],
    [Array.from({ length: 100 }, (_, i) => `run_ids=${i}`).join('&'), 'at most 100 run_ids. Received 101'],
  ])('is refused: %s', async (more, text) => {
    const query = `run_ids=${runId}&metric_key=m&${more}`
    await expect(call('GET', 'metrics/get-history-bulk-interval', { query })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(text),
    })
  })
})

describe('histories for charts', () => {
  test('are plain JSON, with NaN as Python writes it', async () => {
    const metric = { key: 'é', value: Number.NaN, timestamp: 2, step: 2n ** 62n }
    await stores.tracking.metrics.log(runId, metric)
    const query = `run_id=${runId}&metric_key=${encodeURIComponent('é')}`
    const text = await call('GET', 'metrics/get-history-bulk', { query })
    expect(text).toBe(
      String.raw`{"metrics":[{"key":"\u00e9","run_id":"${runId}","step":${2n ** 62n},"timestamp":2,"value":NaN}]}` +
        '\n',
    )
  })

  test.each([
    ['metric_key=m', 'at least one run_id'],
    ['run_id=1', 'must specify a metric_key'],
    [`metric_key=m${'&run_id=1'.repeat(101)}`, 'more than 100 run_ids. Received 101'],
    ['run_id=1&metric_key=m&max_results=x', "parameter 'max_results'"],
  ])('are refused: %s', async (query, text) => {
    await expect(call('GET', 'metrics/get-history-bulk', { query })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(text),
    })
  })
})

describe('log-model', () => {
  test('keeps what MLflow keeps of a model', async () => {
    const model = {
      ...{ utc_time_created: 't', artifact_path: 'model', run_id: runId, signature: {} },
      flavors: { f: { config: {}, x: 1 }, g: null },
    }
    await post('runs/log-model', { run_id: runId, model_json: JSON.stringify(model) })
    const { tags } = (await stores.tracking.runs.get(runId)).data
    expect(tags.find(({ key }) => key === 'mlflow.log-model.history')?.value).toBe(
      `[{"run_id": "${runId}", "artifact_path": "model", "utc_time_created": "t", "model_uuid": null, ` +
        '"flavors": {"f": {"x": 1}, "g": null}}]',
    )
  })

  test.each([
    ['x', 'is not a valid JSON'],
    ['[]', 'is not a JSON object'],
    ['{"flavors": {}}', "missing mandatory fields: {'artifact_path', 'utc_time_created', 'run_id'}"],
  ])('refuses the model %s', async (model, text) => {
    await expect(post('runs/log-model', { run_id: runId, model_json: model })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(text),
    })
  })
})

test('a time beyond all integers is answered as the last of them', async () => {
  const text = await call('POST', 'runs/update', {
    json: `{"run_id": "${runId}", "end_time": ${2n ** 63n - 1n}}`,
  })
  expect(text).toContain(`"end_time": ${2n ** 63n - 1n}`)
})
