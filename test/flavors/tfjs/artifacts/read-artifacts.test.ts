import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeWeights } from '../../../../src/flavors/tfjs/artifacts/decode-weights.ts'
import { digestArtifacts } from '../../../../src/flavors/tfjs/artifacts/digest-artifacts.ts'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { editModelJson } from '../../../fixtures/tfjs/edit-model-json.ts'
import { useQuietCpu } from '../../../fixtures/tfjs/quiet-cpu.ts'
import { placeholder, saveGraphModel, saveLayersModel } from '../../../fixtures/tfjs/save-model.ts'

let folder: string

beforeAll(useQuietCpu)
beforeEach(() => {
  folder = temporaryFolder()
})

const read = () => readArtifacts(folder, 'model.json')
const digest = async (where = folder, file = 'model.json') => (await digestArtifacts(where, file)).digest

async function refuse(message: string | RegExp, code = 'INVALID_PARAMETER_VALUE'): Promise<void> {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message)
  await expect(read()).rejects.toMatchObject({ code, message: expected })
}

/** Weights: 'first/kernel' [3, 4], 'first/bias' [4], 'second/kernel' [4, 2], 'second/bias' [2], 104 bytes in all. */
async function saveTwoLayers(shardBytes?: number): Promise<void> {
  const model = sequential({
    layers: [
      layers.dense({ name: 'first', units: 4, inputShape: [3], kernelInitializer: 'ones' }),
      layers.dense({ name: 'second', units: 2, kernelInitializer: 'ones' }),
    ],
  })
  await saveLayersModel(model, folder, shardBytes === undefined ? {} : { shardBytes })
}

const shard = (index: number, of: number) => join(folder, `group1-shard${index}of${of}.bin`)

describe('a model', () => {
  test('is read with its weights, however they are cut', async () => {
    for (const shardBytes of [7, 40, 104, undefined]) {
      await saveTwoLayers(shardBytes)
      const artifacts = await read()
      expect(artifacts.format).toBe('layers-model')
      expect(artifacts.generatedBy).toBe('TensorFlow.js tfjs-layers v4.22.0')
      expect(artifacts.weightData.byteLength).toBe(104)
      expect(decodeWeights(artifacts).get('second/kernel')).toEqual({
        type: 'float32',
        shape: [4, 2],
        data: new Float32Array(8).fill(1),
      })
    }
  })

  test('may lie in a folder of the model folder, its shards beside it', async () => {
    await saveTwoLayers()
    const outer = temporaryFolder()
    renameSync(folder, join(outer, 'web'))
    mkdirSync(folder)
    expect((await readArtifacts(outer, 'web/model.json')).weightData.byteLength).toBe(104)
  })

  test('may leave its format unsaid', async () => {
    await saveTwoLayers()
    editModelJson(folder, (model) => {
      delete model.format
    })
    expect((await read()).format).toBe('layers-model')
    saveGraphModel({ nodes: [placeholder('x', 'DT_FLOAT', [2])] }, folder)
    editModelJson(folder, (model) => {
      delete model.format
      delete model.modelTopology.versions
    })
    expect(await read()).toMatchObject({ format: 'graph-model', topology: { versions: {} } })
  })

  test('may have texts, several groups, an optimizer and no weights at all', async () => {
    const nodes = [placeholder('x', 'DT_FLOAT', [2])]
    const texts = { name: 't', shape: [2], dtype: 'string', values: ['a', 'größer'] } as const
    saveGraphModel({ nodes, weights: [texts, { name: 'w', shape: [1], values: [2] }] }, folder)
    editModelJson(folder, (model) => {
      const [group] = model.weightsManifest
      group.weights[1].group = 'optimizer'
      model.weightsManifest = [
        { ...group, paths: [] },
        { paths: group.paths, weights: [] },
      ]
    })
    const artifacts = await read()
    expect(artifacts.weightSpecs[1]).toEqual({ name: 'w', shape: [1], dtype: 'float32', group: 'optimizer' })
    expect([...decodeWeights(artifacts).keys()]).toEqual(['w'])

    saveGraphModel({ nodes }, folder)
    expect((await read()).weightData.byteLength).toBe(0)
  })
})

describe('the digest of a model', () => {
  test('is that of its content, wherever it lies', async () => {
    await saveTwoLayers(40)
    const { digest: first } = await read()
    const sizes = readdirSync(folder).length
    expect(sizes).toBe(4)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(await digest()).toBe(first)
    const copy = join(temporaryFolder(), 'sub')
    mkdirSync(copy)
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name))
    expect(await digest(join(copy, '..'), 'sub/model.json')).toBe(first)
    writeFileSync(join(copy, 'group1-shard2of3.bin'), new Uint8Array(40))
    expect(await digest(copy)).not.toBe(first)
  })

  test('comes with the bytes of its files', async () => {
    await saveTwoLayers(40)
    editModelJson(folder, ({ weightsManifest, modelTopology }) => ({ modelTopology, weightsManifest }))
    const { bytes } = await digestArtifacts(folder, 'model.json')
    expect(bytes).toBeGreaterThan(104)
    appendFileSync(shard(3, 3), 'more')
    expect((await digestArtifacts(folder, 'model.json')).bytes).toBe(bytes + 4)
  })

  test('is not taken of more bytes than a model may have, which would keep a server from its start', async () => {
    await saveTwoLayers(40)
    truncateSync(shard(1, 3), 2 ** 40)
    await expect(digestArtifacts(folder, 'model.json')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        /^The shards of the model hold \d{13} bytes; at most 2147483648 are read/,
      ),
    })
  })
})

test('the format of a model may be stated beside it, but not another one', async () => {
  await saveTwoLayers()
  expect((await digestArtifacts(folder, 'model.json')).format).toBe('layers-model')
  expect((await digestArtifacts(folder, 'model.json', 'layers-model')).format).toBe('layers-model')
  await expect(digestArtifacts(folder, 'model.json', 'graph-model')).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message:
      "The MLmodel file says that 'model.json' is a graph-model, but it is a layers-model. Correct 'format' of its flavor 'tfjs', or leave it out.",
  })
})

describe('a model.json is refused', () => {
  const refuseText = async (text: string, message: string | RegExp) => {
    writeFileSync(join(folder, 'model.json'), text)
    await refuse(message)
  }

  test('that is not there', async () => {
    await refuse("Model file 'model.json' does not exist.", 'RESOURCE_DOES_NOT_EXIST')
  })

  test('that is no model', async () => {
    await refuseText('{', /^'model\.json' cannot be read as a TF\.js model: it is not JSON: /)
    await refuseText('[]', "'model.json' cannot be read as a TF.js model: it is not a map.")
    await refuseText(
      '{}',
      "'model.json' cannot be read as a TF.js model: it has no 'modelTopology'. Save the model with TF.js, or convert it with tensorflowjs_converter.",
    )
    await refuseText(
      '{"class_name": "Sequential", "config": {}}',
      "'model.json' cannot be read as a TF.js model: it has no 'modelTopology': it is a Keras configuration, not a TF.js model. Save the model with TF.js, or convert it with tensorflowjs_converter.",
    )
    await refuseText(
      '{"modelTopology": {}}',
      "'model.json' cannot be read as a TF.js model: its 'modelTopology' is neither a Keras configuration nor a GraphDef.",
    )
    await refuseText(
      '{"format": "graph-model", "modelTopology": {"class_name": "Sequential", "config": {}}}',
      `'model.json' cannot be read as a TF.js model: its format is "graph-model", but its topology is that of a layers-model.`,
    )
    await refuseText(
      '{"modelTopology": {"node": []}}',
      "'model.json' cannot be read as a TF.js model: it has no 'weightsManifest', so no weights. Save the model with its weights.",
    )
  })

  test('that is nested deeper than a reader can follow', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    await refuseText(
      `{"modelTopology": {"node": ${deep}}, "weightsManifest": []}`,
      "'model.json' cannot be read as a TF.js model: its lists and maps are nested more than 500 levels deep.",
    )
  })

  test('whose weights are not described', async () => {
    await saveTwoLayers()
    const refuseManifest = async (edit: (manifest: { weights: unknown[] }[]) => unknown, message: string) => {
      await saveTwoLayers()
      editModelJson(folder, (model) => ({ ...model, weightsManifest: edit(model.weightsManifest) }))
      await refuse(message)
    }
    const refuseWeight = (weight: object, message: string) =>
      refuseManifest(
        () => [{ paths: [], weights: [{ name: 'w', shape: [1], dtype: 'float32', ...weight }] }],
        `The weights of model.json cannot be read: ${message}`,
      )
    await refuseManifest(
      () => ({}),
      "The weights of model.json cannot be read: 'weightsManifest' must be a list of maps.",
    )
    await refuseManifest(
      () => [{ paths: [1] }],
      "The weights of model.json cannot be read: 'paths' of group 0 must be a list of file names.",
    )
    await refuseManifest(
      ([group]) => [{ ...group, weights: [...group!.weights, group!.weights[0]] }],
      "The weights of model.json cannot be read: two weights are called 'first/kernel'. Save or convert the model again.",
    )
    await refuseWeight({ name: '' }, 'a weight has no name.')
    await refuseWeight({ shape: [-1] }, "the shape of weight 'w' must be a list of whole numbers, not [-1].")
    await refuseWeight({ dtype: 'int64' }, `weight 'w' has dtype "int64", which TF.js does not have.`)
    await refuseWeight(
      { dtype: 'bool', quantization: { dtype: 'uint8' } },
      `weight 'w' is bool quantized as "uint8". TF.js has float32 as uint8, uint16 or float16, and int32 as uint8 or uint16.`,
    )
    await refuseWeight(
      { quantization: { dtype: 'uint8', scale: 1 } },
      "the quantization of weight 'w' needs the numbers 'scale' and 'min'.",
    )
  })

  test('with huge shapes, before anything is allocated', async () => {
    await saveTwoLayers()
    const resize = (shape: readonly number[]) =>
      editModelJson(folder, (model) => {
        model.weightsManifest[0].weights[0].shape = shape
      })
    resize([2 ** 30, 2 ** 30])
    await refuse(
      `Weight 'first/kernel' (float32 [1073741824, 1073741824]) would take ${2 ** 62} bytes; at most 2147483648 are read. ` +
        'The model.json is damaged, or the model is too large for TF.js.',
    )
    resize([2 ** 29 + 1])
    await refuse(/would take 2147483652 bytes; at most 2147483648 are read/)
    resize(Array.from({ length: 40 }, () => 2 ** 52))
    await refuse(/would take Infinity bytes/)
    resize([2 ** 40, 2 ** 40, 0])
    await refuse(/^The shards of the model hold 104 bytes, and its weights take 56\./)
    resize([2 ** 29])
    await refuse(
      /^The shards of the model hold 104 bytes, and its weights take 2147483704: weight 'first\/kernel'/,
    )
  })
})

describe('shards are refused', () => {
  test('that are missing', async () => {
    await saveTwoLayers(40)
    rmSync(shard(2, 3))
    const message =
      "Shard 'group1-shard2of3.bin' of the weights, which 'model.json' names, does not exist. Copy all files of the model, or convert it again."
    await refuse(message, 'RESOURCE_DOES_NOT_EXIST')
    await expect(digest()).rejects.toMatchObject({ message })
  })

  test('that are too short', async () => {
    await saveTwoLayers(40)
    truncateSync(shard(2, 3), 30)
    await refuse(
      "The shards of the model hold 94 bytes, and its weights take 104: weight 'second/kernel' (float32 [4, 2], 32 bytes) is cut off. " +
        "Most likely 'group1-shard2of3.bin' (30 bytes) has 10 bytes too few. Copy all files of the model again, model.json and shards of one conversion.",
    )
    truncateSync(shard(3, 3), 0)
    truncateSync(shard(2, 3), 40)
    await refuse(/Most likely 'group1-shard3of3\.bin' \(0 bytes\) has 24 bytes too few\./)
  })

  test('that are too long', async () => {
    await saveTwoLayers(40)
    appendFileSync(shard(3, 3), 'more')
    await refuse(
      "The shards of the model hold 108 bytes, and its weights take 104. Most likely 'group1-shard3of3.bin' (28 bytes) has 4 bytes too many. " +
        'Copy all files of the model again, model.json and shards of one conversion.',
    )
  })

  test('whose texts end elsewhere', async () => {
    const save = () =>
      saveGraphModel(
        {
          nodes: [placeholder('x', 'DT_FLOAT', [2])],
          weights: [{ name: 't', shape: [2], dtype: 'string', values: ['one', 'three'] }],
        },
        folder,
      )
    save()
    truncateSync(shard(1, 1), 12)
    await refuse(
      "The shards of the model hold 12 bytes, but weight 't' (string [2], 16 bytes) is cut off: it ends at byte 16 or later. " +
        'Copy all files of the model again, model.json and shards of one conversion.',
    )
    save()
    appendFileSync(shard(1, 1), 'more')
    await refuse(/^The shards of the model hold 20 bytes, but the weights end at byte 16\. Copy all/)
  })

  test('that lead out of the folder', async () => {
    const outside = join(temporaryFolder(), 'secret.bin')
    writeFileSync(outside, new Uint8Array(104))
    const name = (path: string) =>
      editModelJson(folder, (model) => {
        model.weightsManifest[0].paths = [path]
      })
    await saveTwoLayers()
    name('../secret.bin')
    await refuse("Model file '../secret.bin' is refused: it contains '..'.")
    name(outside)
    await refuse(`Model file '${outside}' is refused: it is absolute.`)
    symlinkSync(outside, join(folder, 'link.bin'))
    name('link.bin')
    await refuse("Model file 'link.bin' is refused: it leads out of the model folder through a link.")
    linkSync(outside, join(folder, 'hard.bin'))
    name('hard.bin')
    await refuse("Model file 'hard.bin' is refused: it is one of 2 hard links to the same file.")
    mkdirSync(join(folder, 'folder.bin'))
    name('folder.bin')
    await refuse("Model file 'folder.bin' is refused: it is not a regular file.")
  })

  test('that are named twice', async () => {
    await saveTwoLayers(52)
    editModelJson(folder, (model) => {
      const [first] = model.weightsManifest[0].paths
      model.weightsManifest[0].paths = [first, first]
    })
    await refuse("'model.json' names the shard 'group1-shard1of2.bin' twice. Convert the model again.")
  })

  test('wherever one of them is cut or lengthened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.nat({ max: 1000 }),
        fc.integer({ min: -100, max: 100 }).filter((change) => change !== 0),
        async (shardBytes, pick, change) => {
          folder = temporaryFolder()
          await saveTwoLayers(shardBytes)
          const names = readdirSync(folder).filter((name) => name.endsWith('.bin'))
          const path = join(folder, names[pick % names.length]!)
          const { size } = statSync(path)
          truncateSync(path, change > 0 ? size + change : size - 1 - (-change % size))
          await refuse(change > 0 ? /bytes too many/ : /bytes too few/)
        },
      ),
      { numRuns: 30 },
    )
  })
})
