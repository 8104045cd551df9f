import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { digestModelFiles } from '../../../src/artifacts/model-files.ts'
import type { PrepareOptions } from '../../../src/flavors/flavor.ts'
import { imageModelDigest } from '../../../src/image/model/image-model-files.ts'
import { modelNeeds } from '../../../src/image/model/model-needs.ts'
import { planModel } from '../../../src/image/model/plan-model.ts'
import type { Platform } from '../../../src/image/platform.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const MODELS = join(import.meta.dirname, '../../../models')
const IRIS = join(MODELS, 'iris/1')
const LAYERS = join(MODELS, 'digits-layers/1')

function copyOf(model: string): string {
  const folder = join(temporaryFolder(), 'model')
  cpSync(model, folder, { recursive: true })
  return folder
}

/** Files of the model's layer, by their paths, with their contents. */
async function layerOf(path: string, options?: PrepareOptions): Promise<ReadonlyMap<string, Buffer>> {
  const needs = await modelNeeds(path, options)
  const { entries } = await planModel({ needs, platform: 'linux/amd64' })
  const files = new Map<string, Buffer>()
  for (const entry of entries) {
    if (entry.kind !== 'file') throw new Error(`${entry.path} is no file`)
    const content = await buffer(entry.open())
    expect({ path: entry.path, size: entry.size, mode: entry.mode }).toEqual({
      ...{ path: entry.path, size: content.length, mode: 0o644 },
    })
    files.set(entry.path, content)
  }
  return files
}

const pathsOf = (layer: ReadonlyMap<string, unknown>): readonly string[] => [...layer.keys()].sort()

describe('the layer with a model', () => {
  test('has all files of the folder, and neither caches nor the history of git', async () => {
    const folder = copyOf(IRIS)
    const before = pathsOf(await layerOf(folder))
    for (const name of ['.git', '.cache', '__pycache__']) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'config'), 'x')
    }
    expect(pathsOf(await layerOf(folder))).toEqual(before)
    expect(before).toContain('opt/ml/model/MLmodel')
    expect(before).toContain('opt/ml/model/conda.yaml')
  })

  test('is known by the digest that registries know the model by', async () => {
    expect(await imageModelDigest(await modelNeeds(IRIS))).toBe(await digestModelFiles(IRIS))
  })

  test('has of a bare file what it needs, and nothing that lies beside it', async () => {
    const folder = copyOf(IRIS)
    writeFileSync(join(folder, 'secret.txt'), 'x')
    const layer = await layerOf(join(folder, 'model.onnx'))
    expect(pathsOf(layer)).toEqual(['opt/ml/model/model.onnx'])
  })

  test('has of a bare model.json its shards, under the name by which its folder is known', async () => {
    const folder = temporaryFolder()
    cpSync(LAYERS, folder, { recursive: true })
    cpSync(join(folder, 'model.json'), join(folder, 'other.json'))
    const layer = await layerOf(join(folder, 'other.json'), { tfjsEngine: 'wasm' })
    expect(pathsOf(layer)).toContain('opt/ml/model/model.json')
    expect(pathsOf(layer).filter((path) => path.endsWith('.bin')).length).toBeGreaterThan(0)
    expect(pathsOf(layer)).not.toContain('opt/ml/model/other.json')
    expect(pathsOf(layer)).not.toContain('opt/ml/model/MLmodel')
  })

  test('is refused where a link leads out of the folder', async () => {
    const folder = copyOf(IRIS)
    symlinkSync('/etc/passwd', join(folder, 'users'))
    await expect(layerOf(folder)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})

describe('a TF.js model', () => {
  test('brings what it was compiled to, where the program looks for it on that processor', async () => {
    const needs = await modelNeeds(LAYERS)
    expect(needs).toMatchObject({ engine: 'onnxruntime', reason: undefined })
    const compiled = async (platform: Platform): Promise<readonly string[]> => {
      const { entries } = await planModel({ needs, platform })
      return entries.map(({ path }) => path).filter((path) => path.includes('/compiled/'))
    }
    const amd64 = await compiled('linux/amd64')
    expect(amd64).toEqual([
      expect.stringMatching(/^opt\/headrace\/compiled\/[0-9a-f]{64}\/verdict\.json$/),
      expect.stringMatching(/^opt\/headrace\/compiled\/[0-9a-f]{64}\/model\.onnx$/),
    ])
    expect(await compiled('linux/arm64')).not.toEqual(amd64)
  })

  test('that TF.js is to run brings TF.js, and nothing was compiled', async () => {
    const needs = await modelNeeds(LAYERS, { tfjsEngine: 'wasm' })
    expect(needs.engine).toBe('tfjs')
    const layer = await layerOf(LAYERS, { tfjsEngine: 'wasm' })
    expect(pathsOf(layer).filter((path) => path.startsWith('opt/headrace'))).toEqual([])
  })

  test.each(['cpu', 'tfjs-node'] as const)('cannot be served by %s from an image', async (tfjsEngine) => {
    await expect(modelNeeds(LAYERS, { tfjsEngine })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
  })
})
