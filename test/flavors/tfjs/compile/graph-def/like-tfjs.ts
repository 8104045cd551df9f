import assert from 'node:assert/strict'
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { compileModel } from '../../../../../src/flavors/tfjs/compile/compile.ts'
import type { GraphPort } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { ConstantData } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { BuiltInput, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'

export interface Comparison {
  /** Sizes of free dimensions, a run each; 1 and 3 where absent. */
  readonly free?: readonly number[]
  /** Inputs of each run, instead of seeded ones. */
  readonly runs?: readonly (readonly ConstantData[])[]
}

/** Asserts that the graph compiled gives what TF.js gives. */
export async function expectLikeTfjs(
  builder: GraphBuilder,
  { free = [1, 3], runs = free.map((size, round) => seeded(builder, size, round)) }: Comparison = {},
): Promise<void> {
  const { graph } = await compileModel(builder.artifacts())
  const session = await openGraph(graph)
  for (const feeds of runs) {
    const expected = await runInTfjs(builder, feeds)
    const actual = session.run(feeds)
    for (const [index, port] of graph.outputs.entries()) {
      const message = `output ${index} of ${builder.nodes.at(-1)!.op}`
      expectFits(port, expected[index]!, message)
      expectClose(actual[index]!, expected[index]!, message)
    }
  }
}

function seeded({ inputs }: GraphBuilder, size: number, round: number): readonly ConstantData[] {
  return inputs.map((input, index) => valuesOf(input, size, 7919 * round + 104729 * index + 1))
}

/** The outputs of a model in TF.js. */
export async function runInTfjs(
  builder: GraphBuilder,
  feeds: readonly ConstantData[],
): Promise<readonly ConstantData[]> {
  const model = await loadModel(builder)
  try {
    return await runTfjs(model, builder, feeds)
  } finally {
    model.dispose()
  }
}

async function loadModel(builder: GraphBuilder): Promise<GraphModel> {
  const { topology, signature, weightSpecs, weightData } = builder.artifacts()
  return loadGraphModel({
    load: async () => ({
      modelTopology: structuredClone(topology),
      format: 'graph-model',
      signature: structuredClone(signature) as never,
      weightSpecs: weightSpecs.map((spec) => ({ ...spec, shape: [...spec.shape] })) as never,
      weightData,
    }),
  })
}

const ASYNCHRONOUS = /^(NonMaxSuppression|Where)/

async function runTfjs(
  model: GraphModel,
  { nodes, inputs, outputs }: GraphBuilder,
  feeds: readonly ConstantData[],
): Promise<readonly ConstantData[]> {
  const tensors = Object.fromEntries(
    inputs.map(({ name }, index) => {
      const { type, shape, data } = feeds[index]!
      return [name, tensor(data, [...shape], type)]
    }),
  )
  const isAsynchronous = nodes.some(({ op }) => ASYNCHRONOUS.test(op))
  const results = isAsynchronous
    ? await model.executeAsync(tensors, [...outputs])
    : model.execute(tensors, [...outputs])
  const list = Array.isArray(results) ? results : [results]
  const values = list.map(constantOf)
  for (const each of [...list, ...Object.values(tensors)]) each.dispose()
  return values
}

function constantOf(result: Tensor): ConstantData {
  const data = result.dataSync()
  const type = result.dtype as ConstantData['type']
  if (type === 'float32') return { type, shape: result.shape, data: Float32Array.from(data) }
  if (type === 'int32') return { type, shape: result.shape, data: Int32Array.from(data) }
  return { type, shape: result.shape, data: Uint8Array.from(data) }
}

/** Seeded values for an input, its free dimensions of one size. */
export function valuesOf({ type, shape, values }: BuiltInput, free: number, seed: number): ConstantData {
  const dims = shape.map((dim) => (dim < 0 ? free : dim))
  const count = dims.reduce((product, dim) => product * dim, 1)
  const random = randomNumbers(seed)
  const next = (): number => {
    if (typeof values === 'object') return Math.floor(random() * values.below)
    return values === 'unit' ? random() : 4 * random() - 2
  }
  const list = Array.from({ length: count }, next)
  if (type === 'float32') return { type, shape: dims, data: Float32Array.from(list) }
  if (type === 'int32') return { type, shape: dims, data: Int32Array.from(list) }
  return { type, shape: dims, data: Uint8Array.from(list) }
}

/** Numbers of 0 to 1 from a linear congruential generator (Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** What the compiler knows of a value before a run has to be true of it in a run. */
function expectFits({ value }: GraphPort, { type, shape, data }: ConstantData, message: string): void {
  assert.equal(value.type, type, `type of ${message}`)
  assert.equal(value.shape.length, shape.length, `rank of ${message}`)
  for (const [axis, dim] of value.shape.entries())
    if (dim !== null) assert.equal(dim, shape[axis], `dimension ${axis} of ${message}`)
  if (value.elements === undefined) return
  assert.equal(value.elements.length, data.length, `known elements of ${message}`)
  for (const [index, element] of value.elements.entries())
    if (element !== null) assert.equal(element, data[index], `known element ${index} of ${message}`)
}

/** Integers exactly, floats within a ten-thousandth of the largest. */
function expectClose(actual: ConstantData, expected: ConstantData, message: string): void {
  assert.equal(actual.type, expected.type, `type of ${message}`)
  assert.deepEqual([...actual.shape], [...expected.shape], `shape of ${message}`)
  const finite = [...expected.data].filter(Number.isFinite).map(Math.abs)
  const tolerance = expected.type === 'float32' ? 1e-4 * Math.max(1e-3, ...finite) : 0
  for (const [index, value] of expected.data.entries()) {
    const other = actual.data[index]!
    const isClose = Object.is(value, other) || value === other || Math.abs(value - other) <= tolerance
    assert.ok(isClose, `element ${index} of ${message}: ${other} instead of ${value}`)
  }
}
