import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSignatureFile } from '../../../../src/cli/commands/models/signature-file.ts'
import { readMlModel } from '../../../../src/flavors/read-mlmodel.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { editModelJson } from '../../../fixtures/tfjs/edit-model-json.ts'
import { withoutLateWarning } from '../../../fixtures/tfjs/late-warning.ts'
import { useQuietCpu } from '../../../fixtures/tfjs/quiet-cpu.ts'
import {
  placeholder,
  saveGraphModel,
  saveLayersModel,
  signatureEntry,
} from '../../../fixtures/tfjs/save-model.ts'

const MAIN = fileURLToPath(new URL('../../../../src/cli/main.ts', import.meta.url))

/** A bare TF.js folder, and what is kept of it and other models once they are compiled, for all tests. */
let savedModel: string
let cacheDir: string
/** Holds the registry. */
let folder: string
/** A copy of `savedModel`: `model` in `folder`. */
let model: string

beforeAll(async () => {
  await useQuietCpu()
  cacheDir = temporaryFolder()
  savedModel = join(temporaryFolder(), 'model')
  await saveLayersModel(sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] }), savedModel)
})
beforeEach(() => {
  folder = temporaryFolder()
  model = join(folder, 'model')
  cpSync(savedModel, model, { recursive: true })
})

function register(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const env = {
    ...process.env,
    MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db',
    MLFLOW_REGISTRY_URI: '',
    HEADRACE_CACHE_DIR: cacheDir,
  }
  const all = [MAIN, 'models', 'register', ...args, '-n', 'm']
  const child = spawnSync(process.execPath, all, { cwd: folder, encoding: 'utf8', env })
  return { code: child.status, out: child.stdout, err: withoutLateWarning(child.stderr) }
}

/** Folders of the registered copies. */
function copies(): string[] {
  const models = join(folder, 'mlartifacts/0/models')
  return readdirSync(models).map((name) => join(models, name, 'artifacts'))
}

test('a bare TF.js folder is registered with an MLmodel file, once where that is wished', async () => {
  expect(register('model')).toEqual({
    code: 0,
    out: "Registered model as version 1 of model 'm'.\n",
    err: '',
  })
  const [copy] = copies()
  expect(readdirSync(copy!).sort()).toEqual(['MLmodel', 'group1-shard1of1.bin', 'model.json'])
  expect(readdirSync(model)).not.toContain('MLmodel')
  const written: unknown = parse(readFileSync(join(copy!, 'MLmodel'), 'utf8'))
  expect(written).toEqual({
    flavors: { tfjs: { data: 'model.json', format: 'layers-model', tfjs_version: '4.22.0' } },
    is_signature_from_type_hint: false,
    signature: {
      inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]',
      outputs: expect.stringMatching(
        /^\[\{"name": "dense_\w+", "type": "tensor", "tensor-spec": \{"dtype": "float32", "shape": \[-1, 2\]\}\}\]$/,
      ),
      params: null,
    },
    utc_time_created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
    artifact_path: copy,
    model_id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
    model_uuid: expect.stringMatching(/^m-[0-9a-f]{32}$/),
  })
  expect(await readMlModel(copy!)).toMatchObject({
    flavor: 'tfjs',
    signature: { inputs: { kind: 'tensors' } },
  })

  expect(register('model/model.json', '--if-absent').out).toBe(
    "Nothing to do: version 1 of model 'm' was made from equal files.\n",
  )
})

test('several inputs have their names, and texts are str', () => {
  saveGraphModel(
    {
      nodes: [
        placeholder('x', 'DT_FLOAT', [-1, 2]),
        placeholder('t', 'DT_STRING', [-1]),
        { name: 'y', op: 'Identity', input: ['x'], attr: { T: { type: 'DT_FLOAT' } } },
        { name: 'u', op: 'Identity', input: ['t'], attr: { T: { type: 'DT_STRING' } } },
      ],
      signature: {
        inputs: {
          x: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]),
          größe: signatureEntry('t:0', 'DT_STRING', [-1]),
        },
        outputs: {
          y: signatureEntry('y:0', 'DT_FLOAT', [-1, 2]),
          u: signatureEntry('u:0', 'DT_STRING', [-1]),
        },
      },
    },
    model,
  )
  expect(register('model')).toMatchObject({ code: 0 })
  const written = parse(readFileSync(join(copies()[0]!, 'MLmodel'), 'utf8'))
  expect(written).toMatchObject({
    flavors: { tfjs: { data: 'model.json', format: 'graph-model', tfjs_version: '4.22.0' } },
    signature: {
      inputs:
        '[{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}, ' +
        '{"name": "gr\\u00f6\\u00dfe", "type": "tensor", "tensor-spec": {"dtype": "str", "shape": [-1]}}]',
      outputs:
        '[{"name": "y", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}, ' +
        '{"name": "u", "type": "tensor", "tensor-spec": {"dtype": "str", "shape": [-1]}}]',
      params: null,
    },
  })
})

test('what has any rank has no schema, which could not say it', () => {
  saveGraphModel(
    {
      nodes: [
        placeholder('x', 'DT_FLOAT', undefined),
        { name: 'y', op: 'Relu', input: ['x'], attr: { T: { type: 'DT_FLOAT' } } },
      ],
    },
    model,
  )
  expect(register('model')).toMatchObject({ code: 0 })
  expect(parse(readFileSync(join(copies()[0]!, 'MLmodel'), 'utf8'))).not.toHaveProperty('signature')
})

test('a signature may be given, in lists or in the texts of MLmodel files', () => {
  const columns = ['a', 'b', 'c'].map((name) => ({ type: 'float', name, required: true }))
  const params = '[{"name": "k", "type": "long", "default": 3, "shape": null}]'
  writeFileSync(join(folder, 'signature.json'), JSON.stringify({ inputs: columns, params }))
  expect(register('model', '--signature', 'signature.json')).toMatchObject({ code: 0, err: '' })
  expect(parse(readFileSync(join(copies()[0]!, 'MLmodel'), 'utf8'))).toMatchObject({
    signature: {
      inputs:
        '[{"type": "float", "name": "a", "required": true}, {"type": "float", "name": "b", "required": true}, ' +
        '{"type": "float", "name": "c", "required": true}]',
      outputs: null,
      params,
    },
  })
  const again = ['model', '--if-absent', '--signature', 'signature.json']
  expect(register(...again).out).toMatch(/^Nothing to do: version 1/)
  expect(register('model', '--if-absent').out).toMatch(/^Registered model as version 2/)
})

test.each([
  ['{', /^--signature: .*signature\.json cannot be read: .*JSON/],
  ['{"input": []}', /it has input; a signature has inputs, outputs and params\.$/],
  ['{}', /it has neither inputs nor outputs\.$/],
  ['{"inputs": [{"type": "nothing"}]}', /signature\.json cannot be read: .*nothing/],
])('a signature that is none is refused: %s', async (text, reason) => {
  const path = join(folder, 'signature.json')
  writeFileSync(path, text)
  await expect(readSignatureFile(path)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(reason),
  })
})

test('a signature of another model is refused', () => {
  const inputs = [{ name: 'z', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } }]
  writeFileSync(join(folder, 'signature.json'), JSON.stringify({ inputs }))
  expect(register('model', '--signature', 'signature.json')).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^headrace: --signature: its inputs are 'z', but those of the model are '\w+'\.\n$/,
    ),
  })
})

test('what cannot be served is not registered', () => {
  editModelJson(model, ({ modelTopology }) => {
    modelTopology.config.layers[0].class_name = 'MyDense'
  })
  expect(register('model')).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^headrace: Layer 'dense_\w+' is of class 'MyDense', which TF\.js does not have\. Convert [^\n]+\n$/,
    ),
  })
  rmSync(join(model, 'group1-shard1of1.bin'))
  editModelJson(model, ({ modelTopology }) => {
    modelTopology.config.layers[0].class_name = 'Dense'
  })
  expect(register('model').err).toMatch(/^headrace: Shard 'group1-shard1of1\.bin' of the weights, which/)
  rmSync(join(model, 'model.json'))
  expect(register('model').err).toMatch(/^headrace: model is not a model folder: it has no MLmodel file/)
  expect(() => copies()).toThrow()
})

test('a model with an MLmodel file keeps its own signature', () => {
  writeFileSync(join(model, 'MLmodel'), 'flavors:\n  tfjs:\n    data: model.json\n')
  writeFileSync(join(folder, 'signature.json'), '{}')
  expect(register('model', '--signature', 'signature.json').err).toBe(
    'headrace: --signature is for a TF.js model without an MLmodel file, which model is not. Change the signature in the MLmodel file instead.\n',
  )
  expect(register('model').code).toBe(0)
  expect(readFileSync(join(copies()[0]!, 'MLmodel'), 'utf8')).toMatch(
    /^flavors:\n {2}tfjs:\n {4}data: model\.json\n/,
  )
})
