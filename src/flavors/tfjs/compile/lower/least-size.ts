import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/**
 * The same tensor, for which the run fails where a dimension has fewer elements than it has to. No element is copied:
 * what is too small asks for an index that is not there, and otherwise nothing is added to the shape.
 */
export function withLeastSize(onnx: OnnxGraph, name: string, least: readonly number[]): string {
  const shape = onnx.node('Shape', [name])
  const missing = onnx.node('Min', [onnx.node('Sub', [shape, onnx.integers(least)]), onnx.integers([0])])
  const index = onnx.node('Mul', [missing, onnx.integers([2])])
  const nothing = onnx.node('Gather', [onnx.integers([0]), index])
  return onnx.node('Reshape', [name, onnx.node('Add', [shape, nothing])])
}
