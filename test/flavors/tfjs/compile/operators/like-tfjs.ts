import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { elementCount } from '../../../../../src/core/tensor.ts'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import { operator } from '../../../../../src/flavors/tfjs/compile/graph/operator.ts'
import type {
  ConstantData,
  ElementType,
  Shape,
  Value,
} from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { type GraphSession, openGraph } from '../../../../fixtures/tfjs/run-graph.ts'

await useQuietCpu()

/** An operand of the operator that is tried. */
export interface Operand {
  readonly shape: readonly number[]
  /** float32 where absent. */
  readonly type?: ElementType
  /** Range of the elements; from -2 to 2 where absent. */
  readonly range?: readonly [number, number]
  /** Its first dimension is a free number of rows; it is run with two of them. */
  readonly rows?: boolean
  /** All of its dimensions are free. */
  readonly free?: boolean
  /** The dimensions between the first and the last are free. */
  readonly freePlaces?: boolean
  /** It is known before a run. */
  readonly constant?: boolean
  /** It is there with its channels first when the operator takes it. */
  readonly channelsFirst?: boolean
}

export interface Trial {
  readonly operands: readonly Operand[]
  readonly build: (graph: Graph, values: readonly Value[]) => Value
  readonly reference: (tensors: tf.Tensor[]) => tf.Tensor
  /** A difference that is none, where terms cancel out; 0 where absent. */
  readonly slack?: number
}

/** Runs an operator in onnxruntime and in TF.js, and asserts that shape, type and elements agree. */
export async function expectLikeTfjs(trial: Trial): Promise<GraphSession> {
  const { graph, result } = graphOf(trial)
  const session = await openGraph(graph)
  const counts = trial.operands.some(({ rows, constant }) => rows === true && constant !== true)
    ? [0, 2]
    : [0]
  for (const more of counts) {
    const tensors = trial.operands.map((operand, index) => elementsOf(withRows(operand, more), index))
    const inputs = tensors.filter((_, index) => trial.operands[index]!.constant !== true)
    const [actual] = session.run(inputs)
    expectSame(actual!, computed(trial, tensors), trial.slack)
    expectInferred(result, actual!)
  }
  return session
}

function graphOf({ operands, build }: Trial): { readonly graph: Graph; readonly result: Value } {
  const graph = new Graph()
  const values = operands.map((operand, index) => {
    if (operand.constant === true) return graph.constant(elementsOf(operand, index))
    const input = graph.input(`x${index}`, { type: operand.type ?? 'float32', shape: declared(operand) })
    return operand.channelsFirst === true ? graph.add(turn, [input], null) : input
  })
  const result = build(graph, values)
  graph.output('y', result)
  return { graph, result }
}

/** The operand as it is, with its channels first in ONNX. */
const turn = operator<null>({
  name: 'Turn',
  semantics: 'none',
  infer: ([x]) => [{ type: x!.type, shape: x!.shape }],
  lower: (lowering, { operands, results }) => {
    lowering.define(results[0]!, lowering.channelsFirst(operands[0]!), 'channelsFirst')
  },
})

function declared({ shape, rows, free, freePlaces }: Operand): Shape {
  return shape.map((dim, axis) => {
    const isPlace = axis > 0 && axis < shape.length - 1
    const isFree = free === true || (rows === true && axis === 0) || (freePlaces === true && isPlace)
    return isFree ? null : dim
  })
}

function withRows(operand: Operand, more: number): Operand {
  if (operand.rows !== true || operand.constant === true) return operand
  const [first, ...rest] = operand.shape
  return { ...operand, shape: [first! + more, ...rest] }
}

/** Elements of an operand, the same ones every time. */
export function elementsOf(operand: Operand, seed: number): ConstantData {
  const { shape, type = 'float32', range = [-2, 2] } = operand
  let state = seed * 7919 + 12345
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return range[0] + ((state >> 8) % 10000) * ((range[1] - range[0]) / 9999)
  }
  const values = Array.from({ length: elementCount(shape) }, next)
  if (type === 'int32') return { type, shape, data: Int32Array.from(values) }
  if (type === 'bool') return { type, shape, data: Uint8Array.from(values, (value) => Number(value > 0)) }
  return { type, shape, data: Float32Array.from(values) }
}

function computed({ reference }: Trial, tensors: readonly ConstantData[]): ConstantData {
  const result = tf.tidy(() =>
    reference(tensors.map(({ data, shape, type }) => tf.tensor(data, [...shape], type))),
  )
  const data = result.dataSync()
  result.dispose()
  return { type: result.dtype, shape: result.shape, data } as ConstantData
}

/** Integers exactly, floats within 1e-4 of the largest, or within the slack. */
export function expectSame(actual: ConstantData, expected: ConstantData, slack = 0): void {
  expect(actual.type).toBe(expected.type)
  expect([...actual.shape]).toEqual([...expected.shape])
  const finite = Array.from(expected.data).filter(Number.isFinite)
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const tolerance = expected.type === 'float32' ? 1e-4 * largest + slack : 0
  const wrong = Array.from(expected.data).findIndex(
    (value, index) => !isNear(actual.data[index]!, value, tolerance),
  )
  if (wrong >= 0) expect.fail(`element ${wrong} is ${actual.data[wrong]}, not ${expected.data[wrong]}`)
}

function isNear(actual: number, expected: number, tolerance: number): boolean {
  return Object.is(actual, expected) || actual === expected || Math.abs(actual - expected) <= tolerance
}

/** What is known of a result before a run is what the run gives. */
function expectInferred(value: Value, actual: ConstantData): void {
  expect(value.type).toBe(actual.type)
  expect(value.shape.map((dim, axis) => dim ?? actual.shape[axis])).toEqual([...actual.shape])
}
