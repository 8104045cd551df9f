import assert from 'node:assert/strict'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers'
import { distinctNames } from '../../../../../../src/flavors/tfjs/artifacts/distinct-names.ts'
import type { ModelArtifacts } from '../../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import type { Graph } from '../../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { ConstantData, ValueType } from '../../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { readLayersModel } from '../../../../../../src/flavors/tfjs/compile/layers/read-layers-model.ts'
import { openGraph } from '../../../../../fixtures/tfjs/run-graph.ts'
import { layersArtifacts } from './layers-artifacts.ts'
import { type Numbers, seeded } from './seeded.ts'

export interface Trial {
  readonly seed?: number
  /** How many rows each run has. @default 1, then 3 */
  readonly rows?: readonly number[]
  /** For dimensions that are free beside the rows. @default 5 */
  readonly free?: number
  /** Elements of the inputs, from numbers between -1 and 1. @default twice the number */
  readonly element?: (number: number, index: number) => number
  /** Another topology or other weights than `save` gives. */
  readonly edit?: (artifacts: ModelArtifacts) => ModelArtifacts
}

/** Largest difference, as a part of the largest value. */
const TOLERANCE = 1e-4

/** Gives a model other weights than its initializers do: biases, and variances above 0, included. */
export function fillWeights(model: LayersModel, seed = 1): void {
  const numbers = seeded(seed)
  for (const weight of model.weights) {
    const { shape } = weight
    const fan = Math.max(
      1,
      shape.slice(0, -1).reduce<number>((count, size) => count * size!, 1),
    )
    const scale = shape.length > 1 ? Math.sqrt(2 / fan) : 0.3
    const positive = weight.originalName.endsWith('variance')
    const value = (): number => (positive ? 0.5 + Math.abs(numbers()) : numbers() * scale)
    weight.write(tensor(Float32Array.from({ length: sizeOf(shape as number[]) }, value), shape as number[]))
  }
}

/** Fills the model, saves it, and compares what comes of it with the model in TF.js's cpu engine. */
export async function expectSameAnswers(model: LayersModel, trial: Trial = {}): Promise<Graph> {
  fillWeights(model, trial.seed)
  const saved = await layersArtifacts(model)
  return compareAnswers(model, trial.edit?.(saved) ?? saved, trial)
}

/** As TF.js loads the artifacts, so onnxruntime has to answer. */
export async function expectSameAsLoaded(artifacts: ModelArtifacts, trial: Trial = {}): Promise<Graph> {
  const { topology, weightSpecs, weightData } = artifacts
  const saved = {
    modelTopology: structuredClone(topology),
    weightSpecs: [...weightSpecs] as never,
    weightData,
  }
  const handler = { load: async () => saved }
  return compareAnswers(await loadLayersModel(handler), artifacts, trial)
}

async function compareAnswers(model: LayersModel, artifacts: ModelArtifacts, trial: Trial): Promise<Graph> {
  const graph = readLayersModel(artifacts)
  expectNames(graph, model)
  const session = await openGraph(graph)
  for (const rows of trial.rows ?? [1, 3]) {
    const numbers = seeded((trial.seed ?? 1) + rows)
    const inputs = graph.inputs.map(({ value }) => inputFor(value, { numbers, rows, trial }))
    const answers = model.predict(inputs.map(toTensor), { batchSize: rows })
    const results = session.run(inputs)
    for (const [index, answer] of [answers].flat().entries()) {
      const { name, value } = graph.outputs[index]!
      expectClose(name, results[index]!, answer)
      expectShape(name, results[index]!.shape, value)
    }
  }
  return graph
}

function expectNames(graph: Graph, { inputs, outputs }: LayersModel): void {
  const namesOf = (tensors: LayersModel['inputs']) => tensors.map(({ sourceLayer }) => sourceLayer.name)
  assert.deepEqual(
    graph.inputs.map(({ name }) => name),
    namesOf(inputs),
  )
  assert.deepEqual(
    graph.outputs.map(({ name }) => name),
    distinctNames(namesOf(outputs)),
  )
}

interface InputChoice {
  readonly numbers: Numbers
  readonly rows: number
  readonly trial: Trial
}

function inputFor({ type, shape }: ValueType, { numbers, rows, trial }: InputChoice): ConstantData {
  const { free = 5, element = (number: number) => number * 2 } = trial
  const dims = shape.map((dim, axis) => (axis === 0 ? rows : (dim ?? free)))
  const list = Array.from({ length: sizeOf(dims) }, (_, index) => element(numbers(), index))
  if (type === 'float32') return { type, shape: dims, data: Float32Array.from(list) }
  if (type === 'int32') return { type, shape: dims, data: Int32Array.from(list) }
  return { type, shape: dims, data: Uint8Array.from(list, (value) => (value > 0 ? 1 : 0)) }
}

function toTensor({ type, shape, data }: ConstantData): Tensor {
  return tensor(data, [...shape], type)
}

function expectClose(name: string, { type, shape, data }: ConstantData, answer: Tensor): void {
  const expected = Float64Array.from(answer.dataSync())
  assert.deepEqual([...shape], answer.shape, `shape of ${name}`)
  assert.equal(type, answer.dtype, `type of ${name}`)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
  for (const [index, value] of expected.entries()) {
    const isClose = Object.is(data[index], value) || Math.abs(data[index]! - value) <= TOLERANCE * largest
    assert.ok(isClose, `${name}[${index}] is ${data[index]} and ${value} in TF.js`)
  }
}

/** What was known before the run is what came of it. */
function expectShape(name: string, shape: readonly number[], known: ValueType): void {
  assert.equal(known.shape.length, shape.length, `rank of ${name}`)
  for (const [axis, dim] of known.shape.entries()) if (dim !== null) assert.equal(shape[axis], dim, name)
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1)
}
