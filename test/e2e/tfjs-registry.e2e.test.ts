import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { withoutLateWarning } from '../fixtures/tfjs/late-warning.ts'
import { useQuietCpu } from '../fixtures/tfjs/quiet-cpu.ts'
import { placeholder, saveGraphModel, saveLayersModel, signatureEntry } from '../fixtures/tfjs/save-model.ts'
import { run } from './support/headrace-process.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { python } from './support/python.ts'
import { score, serving } from './support/serving.ts'

/** Holds the models, and nothing else. */
let models: string

beforeAll(async () => {
  await useQuietCpu()
  models = temporaryFolder()
  const dense = layers.dense({ name: 'sum', units: 2, inputShape: [3], kernelInitializer: 'ones' })
  await saveLayersModel(sequential({ layers: [dense] }), join(models, 'layers'), { shardBytes: 10 })
  saveDouble(join(models, 'graph'))
  saveDouble(join(models, 'described'))
  writeFileSync(
    join(models, 'described/MLmodel'),
    `flavors:
  tfjs:
    data: model.json
    format: graph-model
    tfjs_version: 4.22.0
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
  outputs: '[{"name": "double", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
  params: null
`,
  )
})

function saveDouble(folder: string): void {
  saveGraphModel(
    {
      nodes: [placeholder('x', 'DT_FLOAT', [-1, 2]), { name: 'y', op: 'Mul', input: ['x', 'two'] }],
      weights: [{ name: 'two', shape: [], values: [2] }],
      signature: {
        inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]) },
        outputs: { double: signatureEntry('y:0', 'DT_FLOAT', [-1, 2]) },
      },
    },
    folder,
  )
}

async function headrace(cwd: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run({ args, cwd })
  expect({ code, stderr: withoutLateWarning(stderr) }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** @returns the JSON of the last line that the program printed. */
async function mlflow(source: string, cwd: string): Promise<unknown> {
  const output = await python(`import json, warnings\nwarnings.filterwarnings('ignore')\n${source}`, { cwd })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '')
}

/** What a model says that is served for this one request. */
async function answer(uri: string, cwd: string, inputs: unknown, env = {}): Promise<unknown> {
  return await serving(
    { uri, cwd, env: { HEADRACE_CACHE_DIR: temporaryFolder(), ...env } },
    async ({ url }) => {
      const { status, reply } = await score(url, { inputs })
      expect(status).toBe(200)
      return reply
    },
  )
}

const SUMS = { predictions: { sum: [[6, 6]] } }
const DOUBLES = { predictions: { double: [[2, 4]] } }

describe('a TF.js model that headrace registered', () => {
  let folder: string

  beforeAll(async () => {
    folder = temporaryFolder()
    await headrace(folder, 'models', 'register', join(models, 'graph'), '-n', 'net')
    await headrace(folder, 'models', 'register', join(models, 'layers'), '-n', 'net', '-a', 'champion')
  })

  test('is listed, described, versioned, aliased and downloaded by MLflow', async () => {
    const found = await mlflow(
      `
import os, mlflow
mlflow.set_tracking_uri('sqlite:///mlflow.db')
client = mlflow.MlflowClient()
[model] = client.search_registered_models()
version = client.get_model_version_by_alias('net', 'champion')
loaded = mlflow.models.Model.load('models:/net@champion')
info = mlflow.models.get_model_info('models:/net/1')
logged = mlflow.get_logged_model(loaded.model_id)
path = mlflow.artifacts.download_artifacts('models:/net@champion', dst_path='copy')
client.set_registered_model_alias('net', 'old', '1')
client.copy_model_version('models:/net/1', 'other')
print(json.dumps({
  'aliases': {alias: int(version) for alias, version in model.aliases.items()},
  'version': str(version.version),
  'flavors': loaded.flavors,
  'inputs': loaded.signature.inputs.to_dict(),
  'outputs': loaded.signature.outputs.to_dict(),
  'graph': info.flavors['tfjs']['format'],
  'graphInputs': info.signature.inputs.to_dict(),
  'logged': [str(logged.status), logged.model_id == loaded.model_id],
  'files': sorted(os.listdir(path)),
}))
`,
      folder,
    )
    const tensor = (shape: readonly number[]) => ({
      type: 'tensor',
      'tensor-spec': { dtype: 'float32', shape },
    })
    expect(found).toEqual({
      aliases: { champion: 2 },
      version: '2',
      flavors: { tfjs: { data: 'model.json', format: 'layers-model', tfjs_version: '4.22.0' } },
      inputs: [tensor([-1, 3])],
      outputs: [{ name: 'sum', ...tensor([-1, 2]) }],
      graph: 'graph-model',
      graphInputs: [tensor([-1, 2])],
      logged: ['READY', true],
      files: expect.arrayContaining(['MLmodel', 'group1-shard4of4.bin', 'model.json']),
    })
  })

  test('is served, also after MLflow changed what its names mean, and from the copy that MLflow downloaded', async () => {
    expect(await answer('models:/net@champion', folder, [[1, 2, 3]])).toEqual(SUMS)
    expect(await answer('models:/net@old', folder, [[1, 2]])).toEqual(DOUBLES)
    expect(await answer('models:/other/1', folder, [[1, 2]])).toEqual(DOUBLES)
    expect(await answer(join(folder, 'copy'), folder, [[1, 2, 3]])).toEqual(SUMS)
  })

  test('is served through an MLflow server on the same database', async () => {
    const server = await startMlflowServer({ folder })
    try {
      const cwd = temporaryFolder()
      const env = { MLFLOW_TRACKING_URI: server.url }
      expect(await answer('models:/net@champion', cwd, [[1, 2, 3]], env)).toEqual(SUMS)
    } finally {
      await server.stop()
    }
  })
})

describe('a TF.js model that MLflow logged', () => {
  let server: MlflowProcess
  let runId: string

  beforeAll(async () => {
    server = await startMlflowServer()
    const logged = await mlflow(
      `
import mlflow
mlflow.set_tracking_uri('${server.url}')
client = mlflow.MlflowClient()
with mlflow.start_run() as run:
    mlflow.log_artifacts('${models}/graph', 'bare')
    mlflow.log_artifacts('${models}/described', 'described')
version = mlflow.register_model(f'runs:/{run.info.run_id}/described', 'described')
client.set_registered_model_alias('described', 'champion', version.version)
client.create_registered_model('bare')
client.create_model_version('bare', f'{run.info.artifact_uri}/bare', run.info.run_id)
print(json.dumps({'runId': run.info.run_id}))
`,
      temporaryFolder(),
    )
    runId = (logged as { runId: string }).runId
  })
  afterAll(() => server?.stop())

  test.each(['runs:/RUN/bare', 'runs:/RUN/described', 'models:/bare/1', 'models:/described@champion'])(
    'is served from %s',
    async (uri) => {
      const env = { MLFLOW_TRACKING_URI: server.url }
      expect(await answer(uri.replace('RUN', runId), temporaryFolder(), [[1, 2]], env)).toEqual(DOUBLES)
    },
  )

  test('is described by headrace, and downloaded with or without an MLmodel file', async () => {
    const cwd = temporaryFolder()
    const registry = ['--tracking-uri', server.url]
    expect(await headrace(cwd, 'models', 'show', 'models:/bare/1', ...registry)).toMatch(/^flavor +tfjs$/m)
    mkdirSync(join(cwd, 'copy'))
    await headrace(cwd, 'models', 'download', 'models:/bare/1', '-d', 'copy', ...registry)
    expect(readdirSync(join(cwd, 'copy')).sort()).toEqual(['group1-shard1of1.bin', 'model.json'])
  })
})
