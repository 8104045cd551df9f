import { elementCount } from '../../../../../core/tensor.ts'
import type { Graph } from '../../graph/graph.ts'
import type { ConstantData, ElementType, Value } from '../../graph/value.ts'
import { permuted } from '../../lower/permute.ts'

/** What is done to a constant is done before any run, so that weights stay constants whatever the graph does first. */

export function foldedTranspose(x: Value, order: readonly number[], graph: Graph): Value | undefined {
  const isOrder = order.length === x.shape.length && new Set(order).size === order.length
  return x.constant === undefined || !isOrder ? undefined : graph.constant(permuted(x.constant, order))
}

/** The elements under another shape. */
export function foldedReshape(
  { constant }: Value,
  shape: readonly number[],
  graph: Graph,
): Value | undefined {
  if (constant === undefined || elementCount(shape) !== constant.data.length) return undefined
  return graph.constant({ ...constant, shape } as ConstantData)
}

export function foldedCast({ constant }: Value, type: ElementType, graph: Graph): Value | undefined {
  if (constant === undefined || constant.type === type) return undefined
  const { shape, data } = constant
  if (type === 'float32') return graph.constant({ type, shape, data: Float32Array.from(data) })
  if (type === 'int32') return graph.constant({ type, shape, data: Int32Array.from(data) })
  return graph.constant({ type, shape, data: Uint8Array.from(data, (value) => Number(value !== 0)) })
}
