import { describe, expect, test } from 'vitest'
import { MlflowServer } from '../../src/client/mlflow-server.ts'
import type { RegistryApi } from '../../src/client/registry-api.ts'
import { caught } from './support/caught.ts'
import { type Endpoints, page, startFakeMlflow } from './support/fake-mlflow.ts'
import type { WebServer } from './support/web-server.ts'

const MODELS = '/api/2.0/mlflow/registered-models'
const VERSIONS = '/api/2.0/mlflow/model-versions'

async function serve(endpoints: Endpoints): Promise<{ registry: RegistryApi; server: WebServer }> {
  const server = await startFakeMlflow(endpoints)
  return { registry: new MlflowServer({ url: server.url, maxRetries: 0 }).registry, server }
}

/** As MLflow 3.17.2 sends it. */
const VERSION = {
  name: "it's me",
  version: '3',
  creation_timestamp: 1795275297478,
  last_updated_timestamp: 1795275297479,
  current_stage: 'None',
  description: '',
  source: 'models:/m-550f25eae2db48ebad69edc1d72c4329',
  run_id: '38adedfd2b644aee86919e8981b83207',
  status: 'READY',
  run_link: '',
  tags: [{ key: 'a', value: 'b' }],
  aliases: ['champ'],
}

const VERSION_ENTITY = {
  name: "it's me",
  version: '3',
  creationTimestamp: 1795275297478,
  lastUpdatedTimestamp: 1795275297479,
  description: undefined,
  userId: undefined,
  currentStage: 'None',
  source: 'models:/m-550f25eae2db48ebad69edc1d72c4329',
  runId: '38adedfd2b644aee86919e8981b83207',
  runLink: undefined,
  status: 'READY',
  statusMessage: undefined,
  tags: [{ key: 'a', value: 'b' }],
  aliases: ['champ'],
}

describe('model versions', () => {
  test('are read as entities, and asked for by query', async () => {
    const { registry, server } = await serve({ [`GET ${VERSIONS}/get`]: () => ({ model_version: VERSION }) })
    expect(await registry.getModelVersion("it's me", '3')).toEqual(VERSION_ENTITY)
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({ name: "it's me", version: '3' })
  })

  test('of other servers may lack fields, or have texts for numbers and numbers for texts', async () => {
    const sparse = {
      name: 'a',
      version: 7,
      creation_timestamp: '12',
      status: 'FAILED_REGISTRATION',
      tags: [{ key: 'k' }],
    }
    const { registry } = await serve({ [`GET ${VERSIONS}/get`]: () => ({ model_version: sparse }) })
    expect(await registry.getModelVersion('a', '7')).toMatchObject({
      version: '7',
      creationTimestamp: 12,
      lastUpdatedTimestamp: 0,
      currentStage: 'None',
      source: '',
      status: 'FAILED_REGISTRATION',
      tags: [{ key: 'k', value: '' }],
      aliases: [],
    })
  })

  test('that are missing throw with the words of the server', async () => {
    const { registry } = await serve({ [`GET ${VERSIONS}/get`]: () => undefined })
    const error = await caught(registry.getModelVersion('a', '1'))
    expect(error).toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'Nothing for {"name":"a","version":"1"}',
    })
  })

  test('that are no objects are no answer of an MLflow server', async () => {
    const { registry } = await serve({ [`GET ${VERSIONS}/get`]: () => ({ model_version: 'x' }) })
    expect(await caught(registry.getModelVersion('a', '1'))).toMatchObject({ code: 'INVALID_STATE' })
  })

  test('are searched through all pages, the newest first', async () => {
    const all = [2, 10, 9, 1].map((version) => ({ ...VERSION, version: String(version) }))
    const { registry, server } = await serve({
      [`GET ${VERSIONS}/search`]: (asked) =>
        page('model_versions', [...all, { ...VERSION, name: "IT'S ME" }], asked, 2),
    })
    const found = await registry.searchModelVersions("it's me")
    expect(found.map(({ version }) => version)).toEqual(['10', '9', '2', '1'])
    expect(server.requests.map(({ query }) => query.get('filter'))).toEqual(Array(3).fill(`name = "it's me"`))
  })

  test('of a name that no filter can hold are found without one', async () => {
    const name = `it's "me"`
    const { registry, server } = await serve({
      [`GET ${VERSIONS}/search`]: (asked) =>
        page('model_versions', [VERSION, { ...VERSION, name }], asked, 9),
    })
    expect(await registry.searchModelVersions(name)).toMatchObject([{ name }])
    expect(server.requests[0]?.query.has('filter')).toBe(false)
  })

  test('are found by alias, and have a place for their files', async () => {
    const { registry } = await serve({
      [`GET ${MODELS}/alias`]: ({ alias }) => (alias === 'champ' ? { model_version: VERSION } : undefined),
      [`GET ${VERSIONS}/get-download-uri`]: () => ({
        artifact_uri: 'mlflow-artifacts:/1/models/m-5/artifacts',
      }),
    })
    expect(await registry.getModelVersionByAlias("it's me", 'champ')).toEqual(VERSION_ENTITY)
    expect(await registry.getModelVersionDownloadUri("it's me", '3')).toBe(
      'mlflow-artifacts:/1/models/m-5/artifacts',
    )
  })

  test('that are the latest are asked for with the stages, where there are some', async () => {
    const { registry, server } = await serve({
      [`POST ${MODELS}/get-latest-versions`]: ({ stages }) =>
        stages === undefined ? { model_versions: [VERSION] } : {},
    })
    expect(await registry.getLatestVersions("it's me")).toEqual([VERSION_ENTITY])
    expect(await registry.getLatestVersions("it's me", ['Production'])).toEqual([])
    expect(server.requests[1]?.body).toBe(`{"name":"it's me","stages":["Production"]}`)
  })
})

describe('registered models', () => {
  test('are read with aliases and latest versions', async () => {
    const model = {
      name: "it's me",
      creation_timestamp: 1,
      last_updated_timestamp: 2,
      latest_versions: [VERSION],
      aliases: [{ alias: 'champ', version: '3' }],
    }
    const { registry } = await serve({ [`GET ${MODELS}/get`]: () => ({ registered_model: model }) })
    expect(await registry.getRegisteredModel("it's me")).toEqual({
      name: "it's me",
      creationTimestamp: 1,
      lastUpdatedTimestamp: 2,
      description: undefined,
      tags: [],
      aliases: [{ alias: 'champ', version: '3' }],
      latestVersions: [VERSION_ENTITY],
    })
  })

  test('are searched through all pages by name, without prompts', async () => {
    const prompt = { name: 'b', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] }
    const all = [{ name: 'c' }, prompt, { name: 'a' }]
    const { registry, server } = await serve({
      [`GET ${MODELS}/search`]: (asked) => page('registered_models', all, asked, 1),
    })
    expect((await registry.searchRegisteredModels()).map(({ name }) => name)).toEqual(['a', 'c'])
    expect(server.requests).toHaveLength(3)
  })

  test('whose pages go in a circle are an error', async () => {
    const { registry } = await serve({
      [`GET ${MODELS}/search`]: () => ({ registered_models: [{ name: 'a' }], next_page_token: 'again' }),
    })
    expect(await caught(registry.searchRegisteredModels())).toMatchObject({ code: 'INVALID_STATE' })
  })

  test('whose pages are empty and never end are an error', async () => {
    let token = 0
    const { registry } = await serve({ [`GET ${MODELS}/search`]: () => ({ next_page_token: `t${token++}` }) })
    expect(await caught(registry.searchRegisteredModels())).toMatchObject({ code: 'INVALID_STATE' })
  })

  test('get and lose aliases', async () => {
    const { registry, server } = await serve({
      [`POST ${MODELS}/alias`]: () => ({}),
      [`DELETE ${MODELS}/alias`]: () => ({}),
    })
    await registry.setRegisteredModelAlias({ name: 'a', alias: 'champ', version: '2' })
    await registry.deleteRegisteredModelAlias('a', 'champ')
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{"name":"a","alias":"champ","version":"2"}'],
      ['DELETE', '{"name":"a","alias":"champ"}'],
    ])
  })
})

test('a server with a path before its API is reached there', async () => {
  const endpoints = { [`GET ${VERSIONS}/get`]: () => ({ model_version: VERSION }) }
  const server = await startFakeMlflow(endpoints, '/team/mlflow')
  const { registry, url } = new MlflowServer({ url: `${server.url}/team/mlflow` })
  expect(await registry.getModelVersion("it's me", '3')).toEqual(VERSION_ENTITY)
  expect([registry.url, url]).toEqual([`${server.url}/team/mlflow`, `${server.url}/team/mlflow`])
})
