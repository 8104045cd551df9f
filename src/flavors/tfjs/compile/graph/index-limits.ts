import { gather } from '../operators/gather.ts'
import { oneHot } from '../operators/one-hot.ts'
import type { Graph, GraphNode } from './graph.ts'
import { liveNodes } from './live-nodes.ts'
import type { Value } from './value.ts'

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
  if (operator !== oneHot) return undefined
  return { indices: operands[0]!, limit: (attributes as { readonly depth: number }).depth }
}

function passOn(limits: Map<Value, number>, { operator, operands, results }: GraphNode): void {
  const known = results.flatMap((result) => limits.get(result) ?? [])
  if (known.length === 0 || !PASSING.has(operator.name)) return
  const takers = operator.name === 'Pack' || operator.name === 'ConcatV2' ? operands : operands.slice(0, 1)
  for (const operand of takers) lower(limits, operand, Math.min(...known))
}

function lower(limits: Map<Value, number>, value: Value, limit: number): void {
  limits.set(value, Math.min(limits.get(value) ?? limit, limit))
}
