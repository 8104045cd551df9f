import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { sliceRows } from '../../../src/core/tensor-rows.ts'
import type { TfjsEngineChoice } from '../../../src/flavors/engine-choice.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { readServingExample } from '../../../src/runtime/load/serving-example.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import type { PlacementChoice } from '../../../src/runtime/placement.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'

const MODELS = join(import.meta.dirname, '../../../models')
const BATCHED = ['iris/1', 'iris/2', 'digits/1', 'breast-cancer/1', 'half/1', 'multi/1', 'params/1', 'text/1']
/** How long batches take is not what is tested here. */
const BY_HAND = { mode: 'auto', maxBatchRows: 32 } as const
const PATIENCE_MS = 60_000
/** The tuner gives up after a time, and at runs of a length, that are short for a busy machine. */
const TIMED = { retry: 3 }

let repository: ModelRepository

afterEach(async () => {
  await repository.close()
})

async function resolve(path: string): Promise<ResolvedModel> {
  return {
    ...{ uri: path, canonicalUri: path, name: 'm', version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

/** A bundled model of which the tuner has no more to do. */
async function tuned(
  name: string,
  placement: PlacementChoice,
  tfjsEngine: TfjsEngineChoice = 'auto',
): Promise<ServedModel> {
  repository = new ModelRepository({
    resolve,
    placement,
    workers: 2,
    batching: BY_HAND,
    prepare: { tfjsEngine },
  })
  const model = await repository.load(join(MODELS, name))
  const end = performance.now() + PATIENCE_MS
  while (model.batching.state === 'testing' && performance.now() < end) await sleep(10)
  return model
}

/** Each row of a model's example alone. */
async function exampleRows(model: ServedModel): Promise<TensorMap[]> {
  const { body, mediaType } = (await readServingExample(model.mlmodel))!.body
  const { inputs } = (await model.scoring.decode(body, mediaType)).request
  const rows = [...inputs.values()][0]!.shape[0]!
  return Array.from({ length: rows }, (_, row) => sliceRows(inputs, row, row + 1))
}

/** Many requests at once, of rows in changing order, are answered as one after the other. */
async function expectSameTogether(model: ServedModel): Promise<void> {
  const plane = new DataPlane()
  const rows = await exampleRows(model)
  const ask = async (inputs: TensorMap) =>
    (await plane.infer(model, { inputs, parameters: new Map() })).outputs
  const alone: TensorMap[] = []
  for (const row of rows) alone.push(await ask(row))
  for (const count of [3, 17, 70]) {
    const order = Array.from({ length: count }, (_, index) => (index * 7 + count) % rows.length)
    const together = await Promise.all(order.map((row) => ask(rows[row]!)))
    for (const [index, row] of order.entries()) expectClose(together[index]!, alone[row]!)
  }
}

function expectClose(actual: TensorMap, expected: TensorMap): void {
  expect([...actual.keys()]).toEqual([...expected.keys()])
  for (const [name, { datatype, shape, data }] of expected) {
    const other = actual.get(name)!
    expect(other.shape).toEqual(shape)
    if (datatype !== 'FP32' && datatype !== 'FP64') expect(other.data).toEqual(data)
    else expectCloseFloats(other, data as Float64Array, datatype === 'FP32' ? 1e-5 : 1e-12)
  }
}

function expectCloseFloats({ data }: Tensor, expected: Float64Array, tolerance: number): void {
  const largest = Math.max(...Array.from(expected, Math.abs))
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((data[index] as number) - value)).toBeLessThanOrEqual(tolerance * largest)
  }
}

const PLACES: readonly (readonly [string, PlacementChoice])[] = [
  ...BATCHED.map((name) => [name, 'inline'] as const),
  ...['iris/1', 'half/1', 'multi/1', 'text/1'].map((name) => [name, 'pool'] as const),
]

test.each(PLACES)('%s is batched in the %s, and nobody can tell', TIMED, async (name, placement) => {
  const model = await tuned(name, placement)
  expect(model.batching).toMatchObject({ state: 'on', reason: expect.stringContaining('as they are alone') })
  await expectSameTogether(model)
  expect(model.stats().batches).toBeGreaterThan(0)
})

test.each(['digits-layers/1', 'digits-graph/1'])('%s is batched, compiled to ONNX', TIMED, async (name) => {
  const model = await tuned(name, 'auto')
  expect(model.batching.state).toBe('on')
  await expectSameTogether(model)
})

test.each(['digits-layers/1', 'digits-graph/1'])(
  '%s is batched by TF.js, in powers of two',
  TIMED,
  async (name) => {
    const model = await tuned(name, 'auto', 'wasm')
    expect(model.batching.state).toBe('on')
    expect(Math.log2(model.batching.maxBatchRows) % 1).toBe(0)
    await expectSameTogether(model)
  },
)

test('a series, of which one output is a sum, is not batched', async () => {
  const model = await tuned('series/1', 'auto')
  expect(model.batching).toEqual({
    state: 'off',
    reason: 'its inputs or outputs have no free number of rows',
    maxBatchRows: 1,
  })
  await expectSameTogether(model)
})
