import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const IRIS = fileURLToPath(new URL('../../models/iris', import.meta.url))

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function models(...args: readonly string[]): Outcome {
  const env = {
    ...process.env,
    MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db',
    MLFLOW_REGISTRY_URI: '',
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
  }
  const child = spawnSync(process.execPath, [MAIN, 'models', ...args], { cwd: folder, encoding: 'utf8', env })
  return { code: child.status, out: child.stdout, err: child.stderr }
}

describe('headrace models', () => {
  test('registers, lists, shows, moves aliases and deletes', () => {
    expect(models('register', `${IRIS}/1`, '-n', 'iris', '-a', 'champion', '--tag', 'team=blue')).toEqual({
      code: 0,
      out: `Registered ${IRIS}/1 as version 1 of model 'iris' (champion).\n`,
      err: '',
    })
    models('register', `${IRIS}/2`, '-n', 'iris')
    expect(models('register', `${IRIS}/2`, '-n', 'iris', '--if-absent').out).toBe(
      "Nothing to do: version 2 of model 'iris' was made from equal files.\n",
    )
    expect(models('alias', 'iris', 'champion', '2').out).toBe('models:/iris@champion is version 2 now.\n')
    expect(models('list').out).toMatch(/^NAME +LATEST +ALIASES +UPDATED.*\niris +2 +champion=2 +2\d{3}-/)
    expect(models('show', 'iris').out).toMatch(/\n2 +champion +None +READY .*\n1 +- +None +READY /)
    expect(models('show', 'models:/iris@champion').out).toMatch(/input +sepal length \(cm\) +double/)
    expect(models('alias', 'iris', 'champion', '--delete').code).toBe(0)
    expect(models('delete', 'iris/2').out).toBe("Deleted version 2 of model 'iris'.\n")
    expect(JSON.parse(models('show', 'iris', '--json').out)).toMatchObject({
      aliases: [],
      versions: [
        { version: '1', tags: [{ key: 'headrace.content_digest' }, { key: 'team', value: 'blue' }] },
      ],
    })
    expect(models('delete', 'iris').out).toBe("Deleted model 'iris' with all its versions.\n")
    expect(models('list').out).toBe('No models are registered.\n')
  })

  test.each([
    ['no database', ['list']],
    ['no model', ['register', '.', '-n', 'iris']],
    ['a name that may not be', ['register', `${IRIS}/1`, '-n', 'a/b']],
    ['a URI that is none', ['show', 'models:/iris']],
    ['a registry of another kind', ['list', '--tracking-uri', 'mysql://127.0.0.1/db']],
    ['a registry on Databricks', ['list', '--registry-uri', 'databricks-uc']],
    ['a folder of runs', ['list', '--tracking-uri', './mlruns']],
    ['a server that is not there', ['list', '--tracking-uri', 'http://127.0.0.1:1']],
    ['a change of a server that is not there', ['delete', 'iris', '--tracking-uri', 'http://127.0.0.1:1']],
  ])('says what is wrong in one line and exits with 1: %s', (_, args) => {
    const { code, out, err } = models(...args)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^headrace: [^\n]+\n$/)
  })

  test('shows all that is known of one model, the inputs and outputs of its file too', () => {
    const { out, err } = models('show', `${IRIS}/2`)
    expect(err).toBe('')
    for (const line of [
      /^flavor +onnx$/m,
      /^MLflow version +3\.17\.2$/m,
      /^size +\d+\.\d kB in \d+ files$/m,
      /^from +\/.*\/iris\/2$/m,
      /^input +petal width \(cm\) +double$/m,
      /^MODEL FILE +NAME +DATATYPE +SHAPE$/m,
      /^input +X +FP32 +\[-1, 4\]$/m,
      /^output +output_probability +FP32 +\[-1, 3\] +a value for each of setosa, versicolor, virginica$/m,
    ]) {
      expect(out).toMatch(line)
    }
    expect(JSON.parse(models('show', `${IRIS}/2`, '--json').out)).toMatchObject({
      origin: { kind: 'local' },
      flavor: 'onnx',
      modelFile: { inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 4] }] },
    })
  })

  test('downloads a model into a folder of its own, and prints where it is', () => {
    models('register', `${IRIS}/1`, '-n', 'iris', '-a', 'champion')
    const { out } = models('download', 'models:/iris@champion')
    expect(out).toMatch(/\/mlartifacts\/0\/models\/m-[0-9a-f]{32}\/artifacts\n$/)
    expect(models('download', 'models:/iris@champion', '-d', 'a/b').out).toBe(`${folder}/a/b\n`)
    expect(readdirSync(join(folder, 'a/b')).sort()).toEqual(readdirSync(out.trim()).sort())
    expect(readdirSync(join(folder, 'a'))).toEqual(['b'])
    expect(models('download', `${IRIS}/1/model.onnx`, '-d', 'bare').out).toBe(`${folder}/bare/model.onnx\n`)
    const again = models('download', 'models:/iris@champion', '--dst-path', 'a/b')
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is not an empty folder') })
  })

  test.each([
    [
      'of its MLflow server',
      ['--default-artifact-root', 'mlflow-artifacts:/', '--artifacts-destination', 'files'],
    ],
    ['of a file URI', ['--default-artifact-root', pathToFileURL(join(tmpdir(), 'headrace-root')).href]],
  ])('keeps models in the artifacts %s', (_, root) => {
    expect(models('register', `${IRIS}/1`, '-n', 'iris', ...root)).toMatchObject({ code: 0, err: '' })
    const { out, err } = models('download', 'models:/iris/1', ...root)
    expect(err).toBe('')
    expect(out).toMatch(/(files|headrace-root)\/0\/models\/m-/)
    rmSync(join(tmpdir(), 'headrace-root'), { recursive: true, force: true })
  })

  test('exits with 2 for a command that is only a name within objects', () => {
    const child = spawnSync(process.execPath, [MAIN, '__proto__'], { cwd: folder, encoding: 'utf8' })
    expect(child).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown command') })
  })

  test.each([
    ['no name', ['register', IRIS]],
    ['a tag without a value', ['register', `${IRIS}/1`, '-n', 'iris', '--tag', 'x']],
    ['an alias without a version', ['alias', 'iris', 'champion']],
  ])('exits with 2 where the call is not understood: %s', (_, args) => {
    const { code, out } = models(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})
