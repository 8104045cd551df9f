import { broken, type GraphDefNode, nodeOf } from './graph-def.ts'

/**
 * Checks that no node is computed from its own result, which TF.js would find out with the first request. Loops are
 * closed by a NextIteration, whose result belongs to the next turn.
 * @param used nodes that are computed.
 * @param ends names of those of them that are given: inputs and weights.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkCycles(used: readonly GraphDefNode[], ends: ReadonlySet<string>): void {
  const operands = new Map(used.map((node) => [node.name, ends.has(node.name) ? [] : operandsOf(node)]))
  const left = new Map(used.filter(({ op }) => op !== 'NextIteration').map(({ name }) => [name, 0]))
  const takers = new Map<string, string[]>()
  for (const name of left.keys()) {
    for (const operand of operands.get(name)!) {
      if (!left.has(operand)) continue
      left.set(name, left.get(name)! + 1)
      const found = takers.get(operand)
      if (found === undefined) takers.set(operand, [name])
      else found.push(name)
    }
  }
  removeComputable(left, takers)
  for (const name of left.keys())
    throw broken(`node '${firstTwice(name, operands, left)}' takes its own result.`)
}

/** Control dependencies say when a node runs, not what it is computed from. */
function operandsOf({ inputs }: GraphDefNode): readonly string[] {
  return inputs.filter((input) => !input.startsWith('^')).map(nodeOf)
}

/** Nodes go once all of their operands have gone (Kahn, "Topological sorting of large networks", 1962). */
function removeComputable(left: Map<string, number>, takers: ReadonlyMap<string, readonly string[]>): void {
  const ready = [...left].filter(([, count]) => count === 0).map(([name]) => name)
  for (const name of ready) {
    left.delete(name)
    for (const taker of takers.get(name) ?? []) {
      const count = left.get(taker)! - 1
      left.set(taker, count)
      if (count === 0) ready.push(taker)
    }
  }
}

/** From operand to operand of what is left, the first node that is met again: it is part of a circle. */
function firstTwice(
  start: string,
  operands: ReadonlyMap<string, readonly string[]>,
  left: ReadonlyMap<string, number>,
): string {
  const met = new Set<string>()
  let name = start
  while (!met.has(name)) {
    met.add(name)
    name = operands.get(name)!.find((operand) => left.has(operand))!
  }
  return name
}
