import type { Graph, GraphNode } from './graph/graph.ts'
import { liveNodes } from './graph/live-nodes.ts'
import type { Value } from './graph/value.ts'
import { gather, gatherNd } from './operators/gather.ts'
import { oneHot } from './operators/one-hot.ts'
import { select } from './operators/select.ts'

/**
 * Inputs whose elements are indices, by name, with the number that they have to stay below: they end in an embedding,
 * a Gather or a OneHot, at most renamed, cut or cast on the way.
 */
export function indexLimits(graph: Graph): Map<string, number> {
  const limits = new Map<Value, number>()
  for (const node of liveNodes(graph).toReversed()) {
    const own = ownLimit(node)
    if (own !== undefined) lower(limits, own.indices, own.limit)
    passOn(limits, node)
  }
  const named = graph.inputs.map(({ name, value }) => [name, limits.get(value)] as const)
  return new Map(named.filter((entry): entry is readonly [string, number] => entry[1] !== undefined))
}

/** Operators whose result has the elements of the first operand, or some of them. */
const PASSING: ReadonlySet<string> = new Set([
  'Cast',
  'ExpandDims',
  'Pack',
  'Reshape',
  'Reverse',
  'Select',
  'Slice',
  'Split',
  'Squeeze',
  'StridedSlice',
  'Tile',
  'Transpose',
  'Unpack',
  'ConcatV2',
  'GatherV2',
])

function ownLimit({
  operator,
  operands,
  attributes,
}: GraphNode): { indices: Value; limit: number } | undefined {
  if (operator === gather) {
    const [x, indices] = operands
    const limit = x!.shape[(attributes as { readonly axis: number }).axis]
    return limit === null || limit === undefined ? undefined : { indices: indices!, limit }
  }
  if (operator === gatherNd) return { indices: operands[1]!, limit: leastDimension(operands) }
  if (operator !== oneHot) return undefined
  return { indices: operands[0]!, limit: (attributes as { readonly depth: number }).depth }
}

/** Of those that indices of a GatherNd have a coordinate for; one that is not known is not empty. */
function leastDimension([x, indices]: readonly Value[]): number {
  return Math.min(...x!.shape.slice(0, indices!.shape.at(-1)!).map((dim) => dim ?? 1))
}

/** Of which operands the result has elements. */
function takersOf({ operator, operands }: GraphNode): readonly Value[] {
  if (operator.name === 'Pack' || operator.name === 'ConcatV2') return operands
  return operator === select ? operands.slice(1) : operands.slice(0, 1)
}

function passOn(limits: Map<Value, number>, node: GraphNode): void {
  const known = node.results.flatMap((result) => limits.get(result) ?? [])
  if (known.length === 0 || !PASSING.has(node.operator.name)) return
  for (const operand of takersOf(node)) lower(limits, operand, Math.min(...known))
}

function lower(limits: Map<Value, number>, value: Value, limit: number): void {
  limits.set(value, Math.min(limits.get(value) ?? limit, limit))
}
