import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ResolvedModel } from '../../src/core/resolved-model.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { clientOf } from '../registry-client/fixtures/model-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { python, pythonPath } from './support/python.ts'

const CHAMPION = join(ROOT, 'models/iris/2')
const CHALLENGER = join(ROOT, 'models/iris/1')
const FACTS = join(ROOT, 'scripts/mlflow-schema/3.17.2.sqlite.json')
const INTROSPECT = join(ROOT, 'test/e2e/support/introspect.py')

async function resolve(folder: string, uri: string): Promise<ResolvedModel> {
  const client = clientOf(folder)
  try {
    return await client.resolve(uri)
  } finally {
    await client.close()
  }
}

async function headrace(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run({ args, cwd: folder })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('a registry that MLflow wrote', () => {
  let folder: string
  let written: { readonly modelId: string; readonly second: string }

  beforeAll(async () => {
    folder = temporaryFolder()
    const output = await python(
      `
import json, warnings
warnings.filterwarnings('ignore')
import mlflow, onnx
from mlflow.models import infer_signature
mlflow.set_tracking_uri('sqlite:///mlflow.db')
model = onnx.load('${CHAMPION}/model.onnx')
client = mlflow.MlflowClient()
with mlflow.start_run():
    first = mlflow.onnx.log_model(model, name='iris', registered_model_name='iris')
second = mlflow.onnx.log_model(model, name='again')
mlflow.register_model(second.model_uri, 'iris', tags={'a': 'b'})
mlflow.register_model(f'runs:/{first.run_id}/iris', 'iris')
client.set_registered_model_alias('iris', 'champion', 2)
client.transition_model_version_stage('iris', '1', 'Staging')
client.create_registered_model('empty')
print(json.dumps({'modelId': first.model_id, 'second': second.model_id}))
`,
      { cwd: folder },
    )
    written = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  })

  test('is read by every form of a model URI', async () => {
    const path = (modelId: string) => join(folder, 'mlruns/0/models', modelId, 'artifacts')
    for (const [uri, version, modelId] of [
      ['models:/iris/1', '1', written.modelId],
      ['models:/iris/2', '2', written.second],
      ['models:/iris/3', '3', written.modelId],
      ['models:/iris@champion', '2', written.second],
      ['models:/iris/champion', '2', written.second],
      ['models:/iris/latest', '3', written.modelId],
      ['models:/iris/staging', '1', written.modelId],
      [`models:/${written.second}`, undefined, written.second],
    ] as const) {
      expect(await resolve(folder, uri), uri).toMatchObject({ version, path: path(modelId) })
    }
  })

  test('is listed and shown', async () => {
    const models = JSON.parse(await headrace(folder, 'models', 'list', '--json'))
    expect(models).toMatchObject([
      { name: 'empty' },
      { name: 'iris', aliases: [{ alias: 'champion', version: '2' }] },
    ])
    expect(await headrace(folder, 'models', 'show', 'iris')).toMatch(/2 +champion +None +READY/)
    expect(await headrace(folder, 'models', 'show', 'models:/iris@champion')).toContain('onnx')
  })

  test('names what it has where something is not there', async () => {
    const { code, stderr } = await run({ args: ['models', 'show', 'models:/iris@nobody'], cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toBe(
      "headrace: Registered model alias nobody not found. 'iris' has the versions 3, 2, 1 and the aliases champion (version 2).\n",
    )
  })

  test('is read while it is on a folder that is read-only', async () => {
    const copy = join(temporaryFolder(), 'copy')
    cpSync(folder, copy, { recursive: true })
    for (const name of readdirSync(copy)) chmodSync(join(copy, name), 0o555)
    chmodSync(copy, 0o555)
    expect(await resolve(copy, 'models:/iris@champion')).toMatchObject({ version: '2' })
  })

  test('is read while MLflow writes to it', async () => {
    const [begun, enough] = [join(folder, 'begun'), join(folder, 'enough')]
    const writing = python(
      `
import os, pathlib, mlflow
client = mlflow.MlflowClient('sqlite:///mlflow.db')
while not os.path.exists('enough'):
    client.set_model_version_tag('iris', '1', 'turn', str(os.urandom(4)))
    pathlib.Path('begun').touch()
`,
      { cwd: folder },
    )
    while (!existsSync(begun)) await Promise.race([setTimeout(10), writing])
    for (let read = 0; read < 50; read += 1) {
      expect(await resolve(folder, 'models:/iris@champion')).toMatchObject({ version: '2' })
      await setTimeout(10)
    }
    writeFileSync(enough, '')
    await writing
  })

  test('is written by headrace, and read again by MLflow', async () => {
    await headrace(folder, 'models', 'register', CHALLENGER, '-n', 'iris', '-a', 'challenger')
    await headrace(folder, 'models', 'delete', 'iris/3')
    const output = await python(
      `
import mlflow
client = mlflow.MlflowClient('sqlite:///mlflow.db')
print(client.get_model_version_by_alias('iris', 'challenger').version)
print(sorted(int(v.version) for v in client.search_model_versions("name = 'iris'")))
`,
      { cwd: folder },
    )
    expect(output.trim().split('\n').slice(-2)).toEqual(['4', '[1, 2, 4]'])
  })
})

describe('a registry that headrace wrote', () => {
  let folder: string

  beforeAll(async () => {
    folder = temporaryFolder()
    await headrace(folder, 'models', 'register', CHALLENGER, '-n', 'iris', '-a', 'challenger', '--tag', 'a=b')
    await headrace(folder, 'models', 'register', CHAMPION, '-n', 'iris', '-a', 'champion')
  })

  test('has the schema of MLflow', () => {
    const output = execFileSync(pythonPath(), [INTROSPECT, 'sqlite:///mlflow.db', '--compare', FACTS], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(output.split('\n')[0]).toBe('no difference')
  })

  test('is searched, loaded from and written to by MLflow, and read again', async () => {
    const output = await python(
      `
import json, warnings
warnings.filterwarnings('ignore')
import mlflow, onnx, pandas as pd
mlflow.set_tracking_uri('sqlite:///mlflow.db')
client = mlflow.MlflowClient()
[iris] = client.search_registered_models()
champion = client.get_model_version_by_alias('iris', 'champion')
model = mlflow.pyfunc.load_model('models:/iris@champion')
columns = [spec.name for spec in model.metadata.signature.inputs.inputs]
prediction = model.predict(pd.DataFrame([[5.1, 3.5, 1.4, 0.2]], columns=columns))
logged = mlflow.get_logged_model(model.metadata.model_id)
with mlflow.start_run():
    mlflow.onnx.log_model(onnx.load('${CHALLENGER}/model.onnx'), name='next', registered_model_name='iris')
client.set_registered_model_alias('iris', 'champion', 3)
client.delete_registered_model_alias('iris', 'challenger')
client.delete_model_version('iris', '1')
print(json.dumps({
  'aliases': {alias: str(version) for alias, version in iris.aliases.items()},
  'champion': str(champion.version),
  'tags': client.get_model_version('iris', '2').tags,
  'label': prediction['output_label'].iloc[0],
  'status': str(logged.status),
}))
`,
      { cwd: folder },
    )
    expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toMatchObject({
      aliases: { challenger: '1', champion: '2' },
      champion: '2',
      label: 'setosa',
      status: 'READY',
    })
    expect(await resolve(folder, 'models:/iris@champion')).toMatchObject({ version: '3' })
    await expect(resolve(folder, 'models:/iris/1')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    await headrace(folder, 'models', 'register', CHALLENGER, '-n', 'iris')
    expect(await resolve(folder, 'models:/iris/latest')).toMatchObject({ version: '4' })
  })

  test('opens in mlflow server, and its models are loaded through that', async () => {
    const server = await startMlflowServer({ folder })
    try {
      const output = await python(
        `
import warnings
warnings.filterwarnings('ignore')
import mlflow, pandas as pd
mlflow.set_tracking_uri('${server.url}')
model = mlflow.pyfunc.load_model('models:/iris/2')
columns = [spec.name for spec in model.metadata.signature.inputs.inputs]
print(model.predict(pd.DataFrame([[5.1, 3.5, 1.4, 0.2]], columns=columns))['output_label'].iloc[0])
`,
        { cwd: temporaryFolder() },
      )
      expect(output.trim().split('\n').at(-1)).toBe('setosa')
    } finally {
      await server.stop()
    }
  })

  test('keeps to the place that an mlflow server gave its files, and can be moved with them', async () => {
    const served = join(temporaryFolder(), 'served')
    mkdirSync(served)
    // As `mlflow server` leaves a new database: the Default experiment lies behind the server's own scheme.
    await python(
      `
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
SqlAlchemyStore('sqlite:///mlflow.db', 'mlflow-artifacts:/')
`,
      { cwd: served },
    )
    await headrace(served, 'models', 'register', CHAMPION, '-n', 'iris', '-a', 'champion')
    const { path } = await resolve(served, 'models:/iris@champion')
    expect(path.startsWith(join(served, 'mlartifacts/0/models/m-'))).toBe(true)
    const moved = `${served}-moved`
    renameSync(served, moved)
    expect((await resolve(moved, 'models:/iris@champion')).path.startsWith(moved)).toBe(true)
  })
})
