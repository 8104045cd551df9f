import { execFile, spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TensorMap } from '../../../../src/core/tensor.ts'
import type { PreparedModel } from '../../../../src/flavors/flavor.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { noting } from '../../../fixtures/tfjs/late-warning.ts'
import { load, network, prepare, saved } from './support/saved-models.ts'

const PROCESS = fileURLToPath(new URL('support/prepare-process.ts', import.meta.url))
/** Tells which modules a process loads, a line each, on its stderr. */
const TELLER =
  'data:text/javascript,import { registerHooks } from "node:module"; ' +
  'registerHooks({ load: (url, context, next) => (console.error(url), next(url, context)) })'
const inputs: TensorMap = new Map([
  ['hidden_input', { datatype: 'FP32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }],
])

let model: string
/** With `model` in it. */
let filled: string
let right: readonly number[]
let folder: string

beforeAll(async () => {
  model = await saved(network())
  filled = temporaryFolder()
  right = await answer(await prepare(model, { cache: { folder: filled, maxBytes: 1e9 } }))
})
beforeEach(() => {
  folder = join(temporaryFolder(), 'compiled')
})

const cache = (maxBytes = 1e9) => ({ cache: { folder, maxBytes } })

function fill(): string {
  cpSync(filled, folder, { recursive: true })
  return join(folder, readdirSync(folder)[0]!)
}

async function answer(prepared: PreparedModel): Promise<readonly number[]> {
  const predictor = await load(prepared)
  const { data } = (await predictor.predict(inputs)).get('shares')!
  await predictor.close()
  return [...(data as Float32Array)]
}

describe('a model that was compiled before', () => {
  test('is loaded from the cache, and not compiled again', async () => {
    const entry = fill()
    const verdict = JSON.parse(readFileSync(join(entry, 'verdict.json'), 'utf8'))
    verdict.outcome.nodes = 4711
    writeFileSync(join(entry, 'verdict.json'), JSON.stringify(verdict))
    const prepared = await prepare(model, cache())
    expect(prepared.plan).toMatchObject({
      compiled: { copy: { path: join(entry, 'model.onnx') }, nodes: 4711 },
    })
    expect(await answer(prepared)).toEqual(right)
  })

  test('needs neither the compiler nor TF.js', async () => {
    fill()
    const { stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      TELLER,
      PROCESS,
      model,
      folder,
    ])
    expect(stderr).toContain('/tfjs/prepare/load-compiled.ts')
    expect(stderr).not.toMatch(/@tensorflow|bundled-tensorflow|tfjs\/compile\/(?!compiler-version)/)
  })

  test('keeps the reason why it was not compiled', async () => {
    const path = join(fill(), 'verdict.json')
    const verdict = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(
      path,
      JSON.stringify({ ...verdict, outcome: { kind: 'refused', reason: 'as it was kept' } }),
    )
    expect((await prepare(model, cache())).engine).toEqual({ name: 'wasm', reason: 'as it was kept' })
  })

  test('is compiled again, to the same bytes, where its copy is damaged', async () => {
    const path = join(fill(), 'model.onnx')
    const bytes = readFileSync(path)
    const damaged = Buffer.from(bytes)
    damaged[bytes.length >> 1]! ^= 1
    writeFileSync(path, damaged)
    expect(await answer(await prepare(model, cache()))).toEqual(right)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test('is compiled in place where its copy has gone when a thread loads it', async () => {
    fill()
    const prepared = await prepare(model, cache())
    rmSync(folder, { recursive: true })
    expect(await answer(prepared)).toEqual(right)
  })

  test('is not taken for another one that lies in its place by then', async () => {
    const changing = join(temporaryFolder(), 'model')
    cpSync(model, changing, { recursive: true })
    fill()
    const prepared = await prepare(changing, cache())
    rmSync(folder, { recursive: true })
    const shard = join(changing, 'group1-shard1of1.bin')
    const bytes = readFileSync(shard)
    bytes[0]! ^= 1
    writeFileSync(shard, bytes)
    await expect(load(prepared)).rejects.toMatchObject({ message: expect.stringContaining('changed') })
  })
})

describe('a model that cannot be kept', () => {
  test.each([
    ['it is larger than the cache', 10, () => {}, /larger than the cache/],
    ['the folder cannot be made', 1e9, () => writeFileSync(folder, 'a file'), /is not kept in/],
  ])('is served all the same, with a warning: %s', async (_, maxBytes, spoil, warning) => {
    spoil()
    const warnings: string[] = []
    const prepared = await prepare(model, { ...cache(maxBytes), warn: noting(warnings) })
    expect(warnings).toEqual([expect.stringMatching(warning)])
    expect(prepared.plan).toMatchObject({ compiled: { copy: { shared: expect.any(Uint8Array) } } })
    expect(await answer(structuredClone(prepared))).toEqual(right)
  })
})

describe('processes that share a cache', () => {
  test('compile the same model at the same time', async () => {
    const run = () => promisify(execFile)(process.execPath, [PROCESS, model, folder])
    const [first, second] = await Promise.all([run(), run()])
    expect(first.stdout).toBe(second.stdout)
    expect(JSON.parse(first.stdout)).toEqual({ engine: { name: 'onnxruntime' }, shares: right })
    expect(readdirSync(folder)).toEqual(readdirSync(filled))
  })

  test('find it whole or not at all, whenever one of them is killed', async () => {
    const children = [200, 350, 500, 650].map(async (afterMs) => {
      const child = spawn(process.execPath, [PROCESS, model, folder])
      await sleep(afterMs)
      child.kill('SIGKILL')
    })
    await Promise.all(children)
    expect(await answer(await prepare(model, cache()))).toEqual(right)
  })
})
