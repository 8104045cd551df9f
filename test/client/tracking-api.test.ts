import { describe, expect, test } from 'vitest'
import { MlflowServer } from '../../src/client/mlflow-server.ts'
import type { TrackingApi } from '../../src/client/tracking-api.ts'
import { caught } from './support/caught.ts'
import { type Endpoints, page, startFakeMlflow } from './support/fake-mlflow.ts'
import type { WebServer } from './support/web-server.ts'

const API = '/api/2.0/mlflow'
const MODEL_ID = 'm-550f25eae2db48ebad69edc1d72c4329'

async function serve(endpoints: Endpoints): Promise<{ tracking: TrackingApi; server: WebServer }> {
  const server = await startFakeMlflow(endpoints)
  return { tracking: new MlflowServer({ url: server.url, maxRetries: 0 }).tracking, server }
}

/** As MLflow 3.17.2 sends it. */
const LOGGED_MODEL = {
  model_id: MODEL_ID,
  experiment_id: '1',
  name: 'model',
  creation_timestamp_ms: 1795275293225,
  last_updated_timestamp_ms: 1795275297210,
  artifact_uri: `mlflow-artifacts:/1/models/${MODEL_ID}/artifacts`,
  status: 'LOGGED_MODEL_READY',
  creator_id: 0,
  model_type: '',
  source_run_id: '38adedfd2b644aee86919e8981b83207',
  status_message: '',
  tags: [{ key: 'mlflow.user', value: 'root' }],
}

describe('runs and experiments', () => {
  test('a run is read as an entity', async () => {
    const info = {
      run_uuid: '38ad',
      experiment_id: '1',
      run_name: 'zealous-elk-350',
      user_id: 'root',
      status: 'FINISHED',
      start_time: 1795275293164,
      end_time: 1795275297384,
      artifact_uri: 'mlflow-artifacts:/1/38ad/artifacts',
      lifecycle_stage: 'active',
      run_id: '38ad',
    }
    const { tracking, server } = await serve({ [`GET ${API}/runs/get`]: () => ({ run: { info, data: {} } }) })
    expect(await tracking.getRun('38ad')).toEqual({
      runId: '38ad',
      runName: 'zealous-elk-350',
      experimentId: '1',
      userId: 'root',
      status: 'FINISHED',
      startTime: 1795275293164,
      endTime: 1795275297384,
      artifactUri: 'mlflow-artifacts:/1/38ad/artifacts',
      lifecycleStage: 'active',
    })
    expect(server.requests[0]?.query.get('run_id')).toBe('38ad')
  })

  test('a run that has not ended has no end', async () => {
    const info = { run_id: 'r', status: 'RUNNING', artifact_uri: 'file:///x', lifecycle_stage: 'deleted' }
    const { tracking } = await serve({ [`GET ${API}/runs/get`]: () => ({ run: { info } }) })
    expect(await tracking.getRun('r')).toMatchObject({
      endTime: undefined,
      lifecycleStage: 'deleted',
      status: 'RUNNING',
    })
  })

  test('an experiment is read as an entity', async () => {
    const experiment = {
      experiment_id: '1',
      name: 'exp 1',
      artifact_location: 'mlflow-artifacts:/1',
      lifecycle_stage: 'active',
      last_update_time: 2,
      creation_time: 1,
      workspace: 'default',
    }
    const { tracking } = await serve({ [`GET ${API}/experiments/get`]: () => ({ experiment }) })
    expect(await tracking.getExperiment('1')).toEqual({
      experimentId: '1',
      name: 'exp 1',
      artifactLocation: 'mlflow-artifacts:/1',
      lifecycleStage: 'active',
      creationTime: 1,
      lastUpdateTime: 2,
      tags: [],
    })
  })
})

describe('logged models', () => {
  test('are read as entities', async () => {
    const { tracking } = await serve({
      [`GET ${API}/logged-models/${MODEL_ID}`]: () => ({ model: { info: LOGGED_MODEL, data: {} } }),
    })
    expect(await tracking.getLoggedModel(MODEL_ID)).toEqual({
      modelId: MODEL_ID,
      experimentId: '1',
      name: 'model',
      artifactLocation: `mlflow-artifacts:/1/models/${MODEL_ID}/artifacts`,
      creationTimestamp: 1795275293225,
      lastUpdatedTimestamp: 1795275297210,
      status: 'READY',
      statusMessage: undefined,
      modelType: undefined,
      sourceRunId: '38adedfd2b644aee86919e8981b83207',
      tags: [{ key: 'mlflow.user', value: 'root' }],
    })
  })

  test.for([
    ['LOGGED_MODEL_PENDING', 'PENDING'],
    ['LOGGED_MODEL_UPLOAD_FAILED', 'FAILED'],
    ['LOGGED_MODEL_STATUS_UNSPECIFIED', 'READY'],
  ])('status %s is %s', async ([sent, status]) => {
    const { tracking } = await serve({
      [`GET ${API}/logged-models/${MODEL_ID}`]: () => ({
        model: { info: { ...LOGGED_MODEL, status: sent } },
      }),
    })
    expect(await tracking.getLoggedModel(MODEL_ID)).toMatchObject({ status })
  })

  test.for(['m-1', 'm-550F25EAE2DB48EBAD69EDC1D72C4329', `${MODEL_ID}/..`, '..'])(
    'an id that MLflow never gives is not sent: %s',
    async (id) => {
      const { tracking, server } = await serve({})
      expect(await caught(tracking.getLoggedModel(id))).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
      expect(server.requests).toEqual([])
    },
  )

  test('are searched by experiment and name through all pages, the newest first', async () => {
    const models = [1, 3, 2].map((time) => ({ info: { ...LOGGED_MODEL, creation_timestamp_ms: time } }))
    const others = [{ info: { ...LOGGED_MODEL, name: 'Model' } }]
    const { tracking, server } = await serve({
      [`POST ${API}/logged-models/search`]: (asked) => page('models', [...models, ...others], asked, 2),
    })
    const found = await tracking.searchLoggedModels({ experimentId: '1', name: 'model' })
    expect(found.map(({ creationTimestamp }) => creationTimestamp)).toEqual([3, 2, 1])
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      experiment_ids: ['1'],
      filter: "name = 'model'",
      order_by: [{ field_name: 'creation_timestamp', ascending: false }],
    })
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({ page_token: 't2' })
  })

  test('are none on servers that do not know them', async () => {
    const { tracking } = await serve({})
    expect(await tracking.searchLoggedModels({ experimentId: '1', name: 'model' })).toEqual([])
  })
})
