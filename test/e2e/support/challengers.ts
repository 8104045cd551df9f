import { float, type RowComputation, softmax, writeRowModel } from '../../fixtures/onnx/row-models.ts'

/** Elements of a side of the matrices that the slow one multiplies: some 20 ms of one core. */
const SIDE = 600

/** The same answers as the champion, and a NaN in each row with a negative number. */
const withNaN: RowComputation = (graph) => {
  const nothing = graph.node('Mul', [graph.node('Log', ['x']), float(graph, 0)])
  return graph.node('Add', [softmax(graph), nothing])
}

/** The same answers, and a run that fails for rows with a negative number: no row has that place. */
const failing: RowComputation = (graph) => {
  const negative = graph.node('ReduceMax', [graph.node('Neg', ['x'])], { keepdims: 0 })
  const place = graph.node('Mul', [graph.node('Relu', [graph.node('Sign', [negative])]), float(graph, 1e6)])
  const table = graph.constant({ type: 'float32', shape: [1], data: Float32Array.of(0) })
  const nothing = graph.node('Gather', [table, graph.cast(place, 'int32')], { axis: 0 })
  return graph.node('Add', [softmax(graph), nothing])
}

/** The same answers, after much work. */
const slow: RowComputation = (graph) => {
  const sum = graph.node('ReduceSum', ['x'], { keepdims: 0 })
  const shape = graph.integers([SIDE, SIDE])
  const matrix = graph.node('Expand', [graph.node('Mul', [sum, float(graph, 1e-9)]), shape])
  const product = graph.node('MatMul', [graph.node('MatMul', [matrix, matrix]), matrix])
  const nothing = graph.node('Mul', [graph.node('ReduceMean', [product], { keepdims: 0 }), float(graph, 0)])
  return graph.node('Add', [softmax(graph), nothing])
}

export const CHALLENGERS = { failing, withNaN, slow } as const

export type ChallengerName = keyof typeof CHALLENGERS

/** Writes a model with one output. @returns its path */
export function writeModel(folder: string, name: string, y: RowComputation = softmax): Promise<string> {
  return writeRowModel(folder, name, { y })
}
