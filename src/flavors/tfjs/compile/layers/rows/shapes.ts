import type { Graph } from '../../graph/graph.ts'
import type { Dimension, Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { concatenate } from '../../operators/concatenation.ts'
import { reshape, reshapeTo } from '../../operators/reshape.ts'
import { shape } from '../../operators/shape.ts'
import { slice } from '../../operators/slice.ts'

/**
 * The same rows in other dimensions.
 * @param dims those of a row; one may be null, and is what is left over.
 * @throws NotCompiled where the elements of a row do not fit.
 */
export function reshapedRows(graph: Graph, x: Value, dims: readonly Dimension[]): Value {
  const filled = withoutFree(x.shape.slice(1), dims)
  if (!filled.includes(null)) return graph.add(reshape, [x], { dims: [null, ...filled] })
  const vectors = [dimensions(graph, x, [0, 1]), graph.integers(filled.map((dim) => dim ?? -1))]
  return graph.add(reshapeTo, [x, joined(graph, vectors)], null)
}

/** Joins rows and steps, (rows, steps, …) into (rows × steps, …). */
export function stepsAsRows(graph: Graph, x: Value): Value {
  const [, , ...rest] = x.shape
  if (!rest.includes(null)) return graph.add(reshape, [x], { dims: [null, ...rest] })
  const dims = joined(graph, [graph.integers([-1]), dimensions(graph, x, [2, -1])])
  return graph.add(reshapeTo, [x, dims], null)
}

/** Parts what was joined. @param like has the rows and steps. */
export function rowsAsSteps(graph: Graph, y: Value, like: Value): Value {
  const [, steps] = like.shape
  const [, ...rest] = y.shape
  if (steps !== null && !rest.includes(null))
    return graph.add(reshape, [y], { dims: [null, steps!, ...rest] })
  const dims = joined(graph, [dimensions(graph, like, [0, 2]), dimensions(graph, y, [1, -1])])
  return graph.add(reshapeTo, [y, dims], null)
}

/** As many dimensions of a value from one on, -1 for all that follow. */
function dimensions(graph: Graph, x: Value, [from, count]: readonly [number, number]): Value {
  return graph.add(slice, [graph.add(shape, [x], null)], { begin: [from], size: [count] })
}

function joined(graph: Graph, vectors: readonly Value[]): Value {
  return graph.add(concatenate, vectors, { axis: 0 })
}

function withoutFree(row: readonly Dimension[], dims: readonly Dimension[]): readonly Dimension[] {
  const count = product(row)
  const known = product(dims.filter((dim) => dim !== null))!
  const free = dims.filter((dim) => dim === null).length
  if (free > 1) throw new NotCompiled('more than one dimension that is not known')
  if (count === null) return dims
  const fits = free === 0 ? count === known : known > 0 && count % known === 0
  if (!fits)
    throw new NotCompiled(`rows of [${row.map((dim) => dim ?? '?')}] as [${dims.map((dim) => dim ?? -1)}]`)
  return dims.map((dim) => dim ?? count / known)
}

function product(dims: readonly Dimension[]): Dimension {
  return dims.includes(null) ? null : (dims as readonly number[]).reduce((count, dim) => count * dim, 1)
}
