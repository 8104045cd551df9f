import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ControlGuard } from '../../src/server/control-guard.ts'
import type { ModelSignature } from '../../src/signature/model-signature.ts'
import { rolloutOptions } from './rollouts/support.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { startServer } from './support/running.ts'

const COLUMNS: ModelSignature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: 'age', type: 'long', required: true },
      { name: '<b>', type: { kind: 'array', items: 'double' }, required: false },
    ],
  },
  outputs: { kind: 'columns', columns: [{ name: 'y', type: 'double', required: true }] },
  params: [{ name: 'temperature', type: 'double', default: 0.5, shape: undefined }],
  fromTypeHint: false,
}

const TENSOR: ModelSignature = {
  inputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 4] }] },
  outputs: undefined,
  params: undefined,
  fromTypeHint: false,
}

function folderWithExample(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'serving_input_example.json'), text)
  return folder
}

async function documentOf(mlmodel: Parameters<typeof fakeModel>[0]) {
  const { url } = await startServer({ models: new FakeModels(fakeModel(mlmodel)) })
  const reply = await fetch(`${url}/openapi.json`)
  expect(reply.headers.get('content-type')).toBe('application/json')
  // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes, picked at by the tests
  return (await reply.json()) as any
}

test('columns become the four forms, params their defaults, outputs the reply', async () => {
  const document = await documentOf({ mlmodel: { signature: COLUMNS } })
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/invocations', '/models/sums/invocations', '/ping', '/ready']),
  )
  const { requestBody, responses } = document.paths['/invocations'].post
  const forms = requestBody.content['application/json'].schema.oneOf
  expect(forms.map(({ title }: { title: string }) => title)).toEqual([
    ...['dataframe_split', 'dataframe_records', 'inputs', 'instances'],
  ])
  expect(forms[1].properties.dataframe_records.items).toEqual({
    type: 'object',
    required: ['age'],
    properties: {
      age: { type: 'integer', format: 'int64' },
      '<b>': { type: 'array', items: { type: 'number', format: 'double' } },
    },
  })
  expect(forms[1].properties.params.properties.temperature).toEqual({
    type: ['number', 'null'],
    format: 'double',
    default: 0.5,
  })
  const reply = responses['200'].content['application/json'].schema
  expect(reply.properties.predictions.anyOf[0].items.required).toEqual(['y'])
})

test('cells may be empty where pandas has a missing value, and named columns come in any order', async () => {
  const columns = [
    { name: 'sex', type: 'string', required: true },
    { name: 'bmi', type: 'double', required: true },
    { name: 'age', type: 'double', required: true },
  ] as const
  const inputs = { kind: 'columns', columns } as const
  const document = await documentOf({
    mlmodel: { signature: { inputs, outputs: undefined, params: undefined, fromTypeHint: false } },
  })
  const forms = document.paths['/invocations'].post.requestBody.content['application/json'].schema.oneOf
  const text = { type: ['string', 'null'] }
  const number = { type: ['number', 'null'], format: 'double' }
  expect(forms[0].properties.dataframe_split.properties.data.items.items).toEqual({ anyOf: [text, number] })
  expect(forms[1].properties.dataframe_records.items).toEqual({
    type: 'object',
    required: [],
    properties: { sex: text, bmi: number, age: number },
  })
})

test('a named tensor may come alone, by its name, or row by row', async () => {
  const signature = {
    ...TENSOR,
    inputs: { kind: 'tensors', tensors: [{ name: 'x', dtype: 'int64', shape: [-1] }] },
  } as const
  const document = await documentOf({ mlmodel: { signature } })
  const forms = document.paths['/invocations'].post.requestBody.content['application/json'].schema.oneOf
  const number = { type: 'integer', format: 'int64' }
  const list = { type: 'array', items: number }
  const object = (x: object) => ({ type: 'object', required: ['x'], properties: { x } })
  expect(forms[0].properties.inputs).toEqual({ anyOf: [list, object(list)] })
  expect(forms[1].properties.instances.anyOf).toContainEqual({ type: 'array', items: object(number) })
})

test('a tensor becomes nested arrays with the lengths that are fixed', async () => {
  const document = await documentOf({ mlmodel: { signature: TENSOR } })
  const [inputs] = document.paths['/invocations'].post.requestBody.content['application/json'].schema.oneOf
  expect(inputs.properties.inputs).toEqual({
    type: 'array',
    items: { type: 'array', minItems: 4, maxItems: 4, items: { type: 'number', format: 'float' } },
  })
})

test("the example is the model's own serving input, read from inside its folder only", async () => {
  const directory = folderWithExample('{"inputs": [[1]]}')
  const inside = await documentOf({ mlmodel: { directory, servingInputPath: 'serving_input_example.json' } })
  expect(inside.paths['/invocations'].post.requestBody.content['application/json'].example).toEqual({
    inputs: [[1]],
  })
  const outside = await documentOf({
    mlmodel: { directory: join(directory, 'sub'), servingInputPath: '../serving_input_example.json' },
  })
  expect(outside.paths['/invocations'].post.requestBody.content['application/json']).not.toHaveProperty(
    'example',
  )
})

test('with an API key the document says how to show it', async () => {
  const { url } = await startServer({ apiKeys: ['k'] })
  const reply = await fetch(`${url}/openapi.json`, { headers: { 'x-api-key': 'k' } })
  expect(await reply.json()).toMatchObject({
    security: [{ bearer: [] }, { apiKey: [] }],
    components: { securitySchemes: { apiKey: { name: 'X-API-Key' } } },
  })
})

test('the page stands alone and shows names as text', async () => {
  const { url } = await startServer({
    models: new FakeModels(fakeModel({ mlmodel: { signature: COLUMNS } })),
  })
  const reply = await fetch(`${url}/docs`)
  const page = await reply.text()
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(reply.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(page).toContain('&lt;b&gt;')
  expect(page).not.toMatch(/<b>|https?:\/\//)
  expect(page).toContain('POST /models/sums/invocations')
})

test('the routes of V2 and V1 are in the document and on the page', async () => {
  const document = await documentOf({ name: 'a b' })
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      ...['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/stats', '/v2/models/a%20b/infer'],
      ...['/v2/models/a%20b', '/v2/models/a%20b/config', '/v1/models/a%20b:predict', '/v1/models/a%20b'],
    ]),
  )
  const { requestBody, responses } = document.paths['/v2/models/a%20b/infer'].post
  expect(
    requestBody.content['application/json'].schema.properties.inputs.items.properties.name.examples,
  ).toEqual(['x'])
  const { $ref } = responses['400'].content['application/json'].schema
  expect(document.components.schemas[$ref.split('/').at(-1)].required).toEqual(['error'])
  const { url } = await startServer({ models: new FakeModels(fakeModel({ name: 'a b' })) })
  const page = await (await fetch(`${url}/docs`)).text()
  expect(page).toContain('POST /v2/models/a%20b/infer')
  expect(page).toContain('POST /v1/models/a%20b:predict')
})

test('several versions of a model have paths of their own, and the first those without a version', async () => {
  const models = new FakeModels(fakeModel())
  models.list = () => [fakeModel(), { ...fakeModel(), version: '4' }]
  const { url } = await startServer({ models })
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      ...['/v2/models/sums/infer', '/v2/models/sums/versions/3/infer', '/v2/models/sums/versions/4/infer'],
    ]),
  )
})

test('what directs a server is described where it is there, with the token that it needs', async () => {
  const { options } = rolloutOptions()
  const controlGuard = new ControlGuard({ host: '127.0.0.1', token: 'sesame' })
  const { url } = await startServer({ ...options, controlGuard })
  // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes, picked at by the tests
  const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as any
  expect(paths['/rollouts/{name}/split'].post).toMatchObject({
    parameters: [{ name: 'name', schema: { enum: ['iris'] } }],
    security: [{ controlBearer: [] }, { controlToken: [] }],
  })
  expect(paths['/rollouts/{name}/outcomes'].post.security).toBeUndefined()
  expect(components.securitySchemes.controlToken.name).toBe('X-Headrace-Control-Token')
  expect(paths['/v2/repository/index']).toBeUndefined()
})

test('a server that nobody directs describes no such paths', async () => {
  const { paths } = await documentOf({})
  expect(Object.keys(paths).filter((path) => /rollouts|repository/.test(path))).toEqual([])
})
