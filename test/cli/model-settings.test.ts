import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelPlans, planOf } from '../../src/cli/model-settings.ts'
import { readModelsFile } from '../../src/cli/models-file.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

function modelsFile(text: string): { readonly folder: string; readonly file: string } {
  const folder = temporaryFolder()
  const file = join(folder, 'models.yaml')
  writeFileSync(file, text)
  return { folder, file }
}

describe('-m', () => {
  test.each([
    ['iris=models:/iris@champion', { name: 'iris', uri: 'models:/iris@champion' }],
    ['a.b-c_1=./x', { name: 'a.b-c_1', uri: './x' }],
    ['name=path=with=signs', { name: 'name', uri: 'path=with=signs' }],
    ['models:/a=b/3', { uri: 'models:/a=b/3' }],
    ['./a=b', { uri: './a=b' }],
    ['/a=b', { uri: '/a=b' }],
    ['my model=x', { uri: 'my model=x' }],
    ['=x', { uri: '=x' }],
    ['models/iris', { uri: 'models/iris' }],
  ])('%j', (given, plan) => {
    expect(planOf(given)).toEqual(plan)
  })

  test('without a URI after the name is an error', () => {
    expect(() => planOf('iris=')).toThrow(/'iris=' names no model: write NAME=URI/)
  })

  test('with a name that clients take for a folder above is an error', () => {
    expect(() => planOf('..=x')).toThrow(/The name '\.\.' cannot be part of a path/)
  })

  test('comes before the models file, unless that says what the default is', async () => {
    const modelUri = ['a=models:/a/1']
    const { file } = modelsFile('models: [{name: b, uri: "models:/b/1"}]')
    const first = await modelPlans({ modelUri, modelsFile: file })
    expect(first.map(({ name }) => name)).toEqual(['a', 'b'])
    const { file: chosen } = modelsFile('models: [{name: b, uri: "models:/b/1", default: true}]')
    const second = await modelPlans({ modelUri, modelsFile: chosen })
    expect(second.map(({ name }) => name)).toEqual(['b', 'a'])
  })

  test('or a models file is needed; one without models is a server that waits for some', async () => {
    await expect(modelPlans({ modelUri: [], modelsFile: undefined })).rejects.toThrow('No model is named')
    const { file } = modelsFile('models: []')
    expect(await modelPlans({ modelUri: [], modelsFile: file })).toEqual([])
  })
})

describe('a models file', () => {
  test('names models, their versions, and how each is served', async () => {
    const { folder, file } = modelsFile(`
models:
  - name: churn
    max-queue-rows: 1000
    batching: "off"
    versions:
      - uri: models:/churn/3
      - uri: ./churn-4
        version: 4
        default: true
        max-concurrent-requests: 10
        placement: pool
        workers: 2
  - uri: iris
    default: true
    max-batch-rows: 64
    target-p99-ms: 20.5
`)
    expect(await readModelsFile(file)).toEqual({
      isDefaultNamed: true,
      namesModels: true,
      plans: [
        { uri: join(folder, 'iris'), batching: { maxBatchRows: 64, targetP99Ms: 20.5 } },
        {
          name: 'churn',
          uri: join(folder, 'churn-4'),
          version: '4',
          placement: 'pool',
          workers: 2,
          limits: { maxRows: 1000, maxRequests: 10 },
          batching: { mode: 'off' },
        },
        { name: 'churn', uri: 'models:/churn/3', limits: { maxRows: 1000 }, batching: { mode: 'off' } },
      ],
    })
  })

  test('may say a thing once and refer to it', async () => {
    const { file } = modelsFile(
      'models:\n  - {name: a, uri: "models:/a/1", workers: &n 3}\n  - {name: b, uri: "models:/b/1", workers: *n}\n',
    )
    expect((await readModelsFile(file)).plans.map(({ workers }) => workers)).toEqual([3, 3])
  })

  test.each([
    [
      'models:\n  - uri: x\n    wokers: 2\n',
      /line 3: models\[0\]\.wokers: there is no such key; known are name, uri/,
    ],
    ['modles: []\n', /line 1: modles: there is no such key/],
    ['modles:\n  - uri: x\n', /line 1: modles: there is no such key/],
    ['models: []\n---\nmodels: []\n', /line 2: one document is needed/],
    ['- a\n', /line 1: a map is needed/],
    ['', /a map is needed/],
    ['{}\n', /the key 'models' is needed/],
    ['models: {}\n', /line 1: models: a list is needed/],
    ['models:\n  - uri: x\n    uri: y\n', /line 3: Map keys must be unique/],
    ['models:\n  - uri: [x]\n', /line 2: models\[0\]\.uri: a text is needed/],
    ['models:\n  - uri: ""\n', /line 2: models\[0\]\.uri: a text is needed/],
    ['models:\n  - uri: "s4://x"\n', /line 2: models\[0\]\.uri: .*is not a model URI/],
    ['models:\n  - name: a\n', /line 2: models\[0\]: either 'uri' or 'versions' is needed/],
    ['models:\n  - {name: a, uri: x, versions: [{uri: y}]}\n', /either 'uri' or 'versions'/],
    ['models:\n  - versions: [{uri: y}]\n', /a model with 'versions' needs a 'name'/],
    ['models:\n  - {name: a, versions: []}\n', /it holds no version/],
    ['models:\n  - {name: a, versions: [{version: 3}]}\n', /versions\[0\]: the key 'uri' is needed/],
    [
      'models:\n  - name: a\n    versions: [{uri: x, version: 3}, {uri: y, version: "3"}]\n',
      /line 3: .*version '3' is there twice/,
    ],
    [
      'models:\n  - name: a\n    versions: [{uri: x, default: true}, {uri: y, default: true}]\n',
      /more than one version is the default/,
    ],
    [
      'models:\n  - {name: a, uri: x}\n  - {name: a, uri: y}\n',
      /line 3: models\[1\]\.name: 'a' is there twice/,
    ],
    [
      'models:\n  - {uri: x, default: true}\n  - {uri: y, default: true}\n',
      /line 3: models\[1\]: more than one model is the default/,
    ],
    ['models:\n  - {uri: x, default: 1}\n', /models\[0\]\.default: true or false is needed/],
    ['models:\n  - {uri: x, workers: 0}\n', /models\[0\]\.workers: '0' is not a whole number from 1 up/],
    ['models:\n  - {uri: x, placement: gpu}\n', /'gpu' is not one of auto, inline, pool/],
    ['models:\n  - {uri: x, name: a/b}\n', /'a\/b' cannot be part of a path/],
    ['models:\n  - {uri: x, name: ..}\n', /'\.\.' cannot be part of a path/],
    ['models:\n  - {uri: x, version: .}\n', /'\.' cannot be part of a path/],
    ['models:\n  - uri: x\n   name: y\n', /line \d+/],
  ])('is read strictly: %j', async (text, message) => {
    const { file } = modelsFile(text)
    const error = await readModelsFile(file).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(String(error)).toMatch(message)
    expect(String(error)).toContain(file)
  })

  test('that is not there, no file, or no text is an error', async () => {
    const { folder, file } = modelsFile('')
    await expect(readModelsFile(join(folder, 'nothing'))).rejects.toThrow(/cannot be read.*no such file/)
    mkdirSync(join(folder, 'folder'))
    await expect(readModelsFile(join(folder, 'folder'))).rejects.toThrow('cannot be read')
    writeFileSync(file, Buffer.from([0x6d, 0xff]))
    await expect(readModelsFile(file)).rejects.toThrow('cannot be read')
  })
})
