import type { Graph, GraphNode } from './graph.ts'
import type { Value } from './value.ts'

/** The nodes that outputs need, in order: a shape that was computed for a reshape is often known without a run. */
export function liveNodes({ nodes, outputs }: Pick<Graph, 'nodes' | 'outputs'>): readonly GraphNode[] {
  const needed = new Set<Value>(outputs.map(({ value }) => value))
  const live: GraphNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.results.some((result) => needed.has(result))) continue
    live.push(node)
    for (const operand of node.operands) needed.add(operand)
  }
  return live.reverse()
}
