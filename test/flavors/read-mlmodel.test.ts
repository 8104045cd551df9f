import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMlModel } from '../../src/flavors/read-mlmodel.ts'
import { computedMs } from '../fixtures/computing-time.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { saveGraphModel } from '../fixtures/tfjs/save-model.ts'

function folderWith(mlmodel: string | Uint8Array): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'MLmodel'), mlmodel)
  return folder
}

const read = (mlmodel: string | Uint8Array) => readMlModel(folderWith(mlmodel))

const refuse = (mlmodel: string | Uint8Array, reason: RegExp) =>
  expect(read(mlmodel)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(reason),
  })

/** The form of MLflow 3.17. */
const COMPLETE = `
artifact_path: mlflow-artifacts:/0/models/m-0123456789abcdef0123456789abcdef/artifacts
env_vars: null
flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options:
      extra_session_config:
        session.set_denormal_as_zero: '1'
      intra_op_num_threads: 2
    onnx_version: 1.23.2
    providers:
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: 3.11.9
is_signature_from_type_hint: false
metadata: null
mlflow_version: 3.17.2
model_id: m-0123456789abcdef0123456789abcdef
model_size_bytes: 1234
model_uuid: m-0123456789abcdef0123456789abcdef
prompts: null
run_id: 0123456789abcdef0123456789abcdee
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 1]}}]'
  params: null
type_hint_from_example: false
utc_time_created: '2026-11-01 12:00:00.000000'
`

describe('an MLmodel file', () => {
  test('gives flavor, signature and origin', async () => {
    const folder = folderWith(COMPLETE)
    expect(await readMlModel(folder)).toEqual({
      directory: folder,
      flavor: 'onnx',
      flavorConfig: expect.objectContaining({
        data: 'model.onnx',
        onnx_session_options: {
          extra_session_config: { 'session.set_denormal_as_zero': '1' },
          intra_op_num_threads: 2,
        },
      }),
      signature: {
        inputs: { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] },
        outputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 1] }] },
        params: undefined,
        fromTypeHint: false,
      },
      runId: '0123456789abcdef0123456789abcdee',
      modelId: 'm-0123456789abcdef0123456789abcdef',
      mlflowVersion: '3.17.2',
      servingInputPath: 'serving_input_example.json',
      inputExamplePath: 'input_example.json',
    })
  })

  test('of an old MLflow may lack most keys', async () => {
    const model = await read('flavors:\n  onnx:\n    data: model.onnx\n    onnx_version: 1.4.1\n')
    expect(model).toMatchObject({ flavor: 'onnx', flavorConfig: { data: 'model.onnx' } })
    for (const key of ['signature', 'runId', 'modelId', 'mlflowVersion'] as const) {
      expect(model[key]).toBeUndefined()
    }
    for (const key of ['servingInputPath', 'inputExamplePath'] as const) {
      expect(model[key]).toBeUndefined()
    }
  })

  test('may have keys and flavors that nobody knows', async () => {
    const model = await read(
      'novelty: [1, {a: b}]\nflavors:\n  future: {x: 1}\n  onnx: {data: m.onnx, y: 2}\n',
    )
    expect(model.flavorConfig).toEqual({ data: 'm.onnx', y: 2 })
  })

  test('may have a flavor without an entry', async () => {
    expect((await read('flavors:\n  onnx:\n')).flavorConfig).toEqual({})
  })

  test('gives ids that look like numbers as they are spelled', async () => {
    const model = await read(
      'run_id: 12345678901234567890123456789e12\nmlflow_version: 2.10\nmodel_id: null\nflavors: {onnx: {}}\n',
    )
    expect(model.runId).toBe('12345678901234567890123456789e12')
    expect(model.mlflowVersion).toBe('2.10')
    expect(model.modelId).toBeUndefined()
  })

  test('keeps signatures that come from type hints apart', async () => {
    const typed = COMPLETE.replace('is_signature_from_type_hint: false', 'is_signature_from_type_hint: true')
    expect((await read(typed)).signature?.fromTypeHint).toBe(true)
  })

  test('without a served flavor names the flavors that it has', async () => {
    await refuse(
      'flavors:\n  python_function: {loader_module: mlflow.sklearn}\n  sklearn: {code: null}\n',
      /its flavors are: sklearn\. Convert it to ONNX/,
    )
    await refuse('flavors:\n  pytorch: {}\n  lightgbm: {}\n', /pytorch, lightgbm/)
    await refuse('flavors:\n  python_function: {}\n', /python_function/)
    await refuse('flavors: {}\n', /its flavors are: none/)
    await refuse('flavors:\n  constructor: {}\n  __proto__: {}\n', /constructor, __proto__/)
  })

  test.each([
    ['', /it is not a map/],
    ['just text', /it is not a map/],
    ['- a\n- b', /it is not a map/],
    ['flavors: onnx', /no map 'flavors'/],
    ['flavors: null', /no map 'flavors'/],
    ['run_id: x', /no map 'flavors'/],
    ['flavors: {onnx: text}', /entry of flavor 'onnx' is not a map/],
    ['flavors: {onnx: [1]}', /entry of flavor 'onnx' is not a map/],
    ['flavors: {onnx: {}', /cannot be read/],
    ['a: !!python/object/apply:os.system [id]\nflavors: {onnx: {}}', /cannot be read/],
    ['a: !<tag:yaml.org,2002:js/function> x\nflavors: {onnx: {}}', /cannot be read/],
    ['flavors: {onnx: {}}\n---\nflavors: {onnx: {}}', /cannot be read/],
    ['\tflavors: {onnx: {}}', /cannot be read/],
    ['flavors: {onnx: {}}\nsignature: {inputs: "[broken"}', /signature/],
  ])('that is broken is refused: %j', (mlmodel, reason) => refuse(mlmodel, reason))

  test('that is not UTF-8 is refused', () => refuse(Uint8Array.of(0x66, 0xff, 0xfe), /cannot be read/))

  test('full of aliases of aliases is refused at once', async () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      const previous = level === 0 ? 'x' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array(9).fill(previous).join(', ')}]`
    })
    const start = computedMs()
    await refuse(`${levels.join('\n')}\nflavors: {onnx: {}}\n`, /cannot be read/)
    expect(computedMs() - start).toBeLessThan(2000)
  })

  test('full of keys is read at once; of a key that is there twice the last one counts', async () => {
    const keys = Array.from({ length: 80_000 }, (_, index) => `k${index}: 1\n`).join('')
    const flavors = 'flavors: {onnx: {data: a.onnx}}\nflavors: {onnx: {data: b.onnx}}\n'
    const startedAt = computedMs()
    expect(await read(`${keys}${flavors}`)).toMatchObject({ flavorConfig: { data: 'b.onnx' } })
    expect(computedMs() - startedAt).toBeLessThan(10_000)
  })

  test('nested without end is refused', () => refuse(`a: ${'['.repeat(100_000)}`, /cannot be read/))

  test('over 1 MB is refused unread', () => refuse(`# ${'x'.repeat(1_000_001)}`, /at most 1000000/))

  test('with both flavors is served by onnx, the preferred one', async () => {
    const tfjs = 'tfjs: {data: model.json, format: graph-model, tfjs_version: 4.22.0}'
    expect(await read(`flavors: {${tfjs}, onnx: {data: model.onnx}}`)).toMatchObject({ flavor: 'onnx' })
    expect(await read(`flavors: {${tfjs}}`)).toMatchObject({
      flavor: 'tfjs',
      flavorConfig: { data: 'model.json', format: 'graph-model', tfjs_version: '4.22.0' },
    })
  })

  test('leaves the prototype of objects alone', async () => {
    const model = await read(
      'flavors:\n  onnx:\n    data: m.onnx\n    __proto__: {polluted: true}\n    constructor: {prototype: {polluted: true}}\n',
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(model.flavorConfig['polluted']).toBeUndefined()
    expect(model.flavorConfig['data']).toBe('m.onnx')
  })

  test('that leads elsewhere is refused', async () => {
    const folder = temporaryFolder()
    symlinkSync('/etc/hostname', join(folder, 'MLmodel'))
    await expect(readMlModel(folder)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})

describe('a model path', () => {
  test('may be a bare .onnx file, also behind a link', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'net.onnx'), '')
    symlinkSync(join(folder, 'net.onnx'), join(folder, 'link.onnx'))
    for (const name of ['net.onnx', 'link.onnx']) {
      expect(await readMlModel(join(folder, name))).toMatchObject({
        directory: folder,
        flavor: 'onnx',
        flavorConfig: { data: 'net.onnx' },
        signature: undefined,
      })
    }
  })

  test('may be a folder with one .onnx file, or with model.onnx among others', async () => {
    const folder = temporaryFolder()
    const bare = (data: string) => ({ directory: folder, flavor: 'onnx', flavorConfig: { data } })
    writeFileSync(join(folder, 'weights.bin'), '')
    writeFileSync(join(folder, 'net.onnx'), '')
    expect(await readMlModel(folder)).toMatchObject(bare('net.onnx'))
    writeFileSync(join(folder, 'other.onnx'), '')
    await expect(readMlModel(folder)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `There is no MLmodel file in '${folder}', and none of its 2 .onnx files is called model.onnx.`,
    })
    writeFileSync(join(folder, 'model.onnx'), '')
    expect(await readMlModel(folder)).toMatchObject(bare('model.onnx'))
  })

  test('may be a bare TF.js folder or its model.json', async () => {
    const folder = temporaryFolder()
    const bare = (format: string, version: string) => ({
      ...{ directory: folder, flavor: 'tfjs', signature: undefined },
      flavorConfig: { data: 'model.json', format, tfjs_version: version },
    })
    saveGraphModel({ nodes: [] }, folder)
    expect(await readMlModel(folder)).toMatchObject(bare('graph-model', '4.22.0'))
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({
        modelTopology: { class_name: 'Sequential', config: [] },
        generatedBy: 'TensorFlow.js tfjs-layers v3.9.0-rc.1',
        weightsManifest: [],
      }),
    )
    expect(await readMlModel(folder)).toMatchObject(bare('layers-model', '3.9.0-rc.1'))
    expect(await readMlModel(join(folder, 'model.json'))).toMatchObject(bare('layers-model', '3.9.0-rc.1'))
    writeFileSync(join(folder, 'model.json'), '{}')
    await expect(readMlModel(folder)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message:
        `There is no MLmodel file in '${folder}', and 'model.json' cannot be read as a TF.js model: it has no ` +
        "'modelTopology'. Save the model with TF.js, or convert it with tensorflowjs_converter.",
    })
  })

  test('that MLflow wrote and that has lost its MLmodel file is not taken for a bare model', async () => {
    const folder = temporaryFolder()
    for (const name of ['model.onnx', 'conda.yaml']) writeFileSync(join(folder, name), '')
    await expect(readMlModel(folder)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `There is no MLmodel file in '${folder}', which MLflow wrote: it is incomplete.`,
    })
  })

  test('that does not exist, or holds no MLmodel file, is reported as missing', async () => {
    const folder = temporaryFolder()
    for (const path of [join(folder, 'none'), folder]) {
      await expect(readMlModel(path)).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining(path),
      })
    }
  })

  test('to any other file is refused', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'model.pkl'), '')
    mkdirSync(join(folder, 'a.onnx'))
    await expect(readMlModel(join(folder, 'model.pkl'))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('neither a model folder nor an .onnx file'),
    })
    await expect(readMlModel('/dev/zero')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})

describe('a flavor that is asked for', () => {
  const BOTH = 'flavors:\n  onnx: {data: model.onnx}\n  tfjs: {data: model.json}\n  python_function: {}\n'

  test('is read where the model has it, whichever is preferred otherwise', async () => {
    const folder = folderWith(BOTH)
    expect((await readMlModel(folder)).flavor).toBe('onnx')
    expect(await readMlModel(folder, 'tfjs')).toMatchObject({
      flavor: 'tfjs',
      flavorConfig: { data: 'model.json' },
    })
  })

  test.each(['sklearn', 'python_function', 'toString'])(
    'is refused where it is not served: %s',
    async (flavor) => {
      await expect(readMlModel(folderWith(BOTH), flavor)).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: `The model has no flavor '${flavor}'; its flavors are: onnx, tfjs, python_function.`,
      })
    },
  )

  test('is refused of a bare file of another kind', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'net.onnx'), '')
    expect((await readMlModel(folder, 'onnx')).flavor).toBe('onnx')
    await expect(readMlModel(folder, 'tfjs')).rejects.toThrow(/has no flavor 'tfjs'; its flavors are: onnx/)
  })
})
