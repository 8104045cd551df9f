import { afterEach, describe, expect, test } from 'vitest'
import { modelPath } from '../../fixtures/onnx/onnx-models.ts'
import {
  constant,
  float,
  MIXING,
  placeOf,
  type RowComputation,
  random,
  softmax,
  writeRowModel,
} from '../../fixtures/onnx/row-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { type TunedModel, type TuneSetup, tuneModel } from './support/tuned-model.ts'

const folder = temporaryFolder()
const EXAMPLE = {
  inputs: [
    [0.1, 0.2, 0.8, 0.9],
    [0.3, 0.1, 0.5, 0.4],
    [0.9, 0.7, 0.2, 0.1],
    [0.5, 0.5, 0.6, 0.6],
    [0.2, 0.8, 0.3, 0.3],
  ],
}

let tuned: TunedModel | undefined

afterEach(async () => {
  await tuned?.engine.close()
})

async function tune(path: string, setup: TuneSetup = {}): Promise<TunedModel> {
  // A size is set, so that a search which happens to end early does not decide what is tested.
  tuned = await tuneModel(path, {
    batching: { mode: 'auto', maxBatchRows: 32 },
    samples: [EXAMPLE],
    // No size is left out for having taken long once: runs of a pool may.
    overrides: { placement: 'pool' },
    ...setup,
  })
  return tuned
}

type Outputs = Readonly<Record<string, RowComputation>>

function write(name: string, outputs: Outputs, labels: Outputs = {}): Promise<string> {
  return writeRowModel(folder, name, outputs, labels)
}

describe('a model is served unbatched that mixes rows by', () => {
  test.each(Object.entries(MIXING))('%s', async (name, computation) => {
    const { state, plan } = await tune(await write(name.replaceAll(' ', '-'), { y: computation }))
    expect(state).toMatchObject({ state: 'off', maxBatchRows: 1 })
    expect(state.reason).toMatch(
      /in another way than alone|answered alike|rows for \d+ of its input|no free number of rows/,
    )
    expect(plan).toBeUndefined()
  })

  test('large values, though its example has as many rows as are tried', async () => {
    const path = await write('large-values', { y: MIXING['the mean of rows with large values']! })
    const inputs = Array.from({ length: 40 }, (_, row) => [0, 1, 2, 3].map((at) => Math.sin(row * 4 + at)))
    expect((await tune(path, { samples: [{ inputs }] })).state.reason).toMatch(/in another way than alone/)
  })

  test('labels, where another output has its largest value twice in every row', async () => {
    const even: RowComputation = (graph) => graph.node('Mul', ['x', float(graph, 0)])
    const path = await write('labels', { even }, { label: placeOf })
    expect((await tune(path)).state.reason).toContain("output 'label' has other values")
  })

  test('one of its outputs, where another keeps them apart', async () => {
    const path = await write('half-mixing', { y: softmax, z: MIXING['the mean of the batch']! })
    expect((await tune(path)).state.reason).toContain("output 'z' is off by")
  })
})

describe('a model is served unbatched', () => {
  test('that answers in another way each time', async () => {
    const { state } = await tune(await write('random', { y: random }))
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('each time') })
  })

  test('of which all answers are alike', async () => {
    const { state } = await tune(await write('constant', { y: constant }))
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('answered alike') })
  })

  test('with an output that has no rows', async () => {
    const flat: RowComputation = (graph) => graph.node('Reshape', ['x', graph.integers([-1])])
    const { state } = await tune(await write('flat', { y: softmax, flat }))
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining("output 'flat'") })
  })

  test('of which the number of rows is fixed', async () => {
    const { state, runs } = await tune(modelPath('fixed-batch'))
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('no free number of rows') })
    expect(runs).toEqual([])
  })
})

describe('a model is batched', () => {
  test('that keeps its rows apart', async () => {
    const { state, plan, runs } = await tune(await write('softmax', { y: softmax }))
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 32 })
    expect(plan?.sizes).toEqual(Array.from({ length: 32 }, (_, index) => index + 1))
    for (const size of plan?.sizes ?? []) expect(runs).toContain(size)
  })

  test('of which one output never varies', async () => {
    const { state } = await tune(await write('half-constant', { y: softmax, z: constant }))
    expect(state.state).toBe('on')
  })

  test('with a single row as its example, of which copies are made', async () => {
    const samples = [{ inputs: EXAMPLE.inputs.slice(0, 1) }]
    const { state } = await tune(await write('softmax', { y: softmax }), { samples })
    expect(state.state).toBe('on')
  })

  test('without an example, where its inputs are plain floats', async () => {
    const { state } = await tune(await write('softmax', { y: softmax }), { samples: [] })
    expect(state.state).toBe('on')
  })

  test('but not without an example, where its inputs are not', async () => {
    const { state } = await tune(modelPath('gather'), { samples: [] })
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('no input example') })
  })

  test('by hand, though its answers are alike', async () => {
    const path = await write('constant', { y: constant })
    const { state, runs } = await tune(path, { batching: { mode: 'on', maxBatchRows: 8 } })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 8 })
    expect(runs).toContain(8)
  })

  test('of which only some rows are valid', async () => {
    // Three indices, of which each one is asked for.
    const { state } = await tune(modelPath('gather'), { samples: [{ inputs: [0, 1, 2] }] })
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('only 3 rows') })
  })
})
