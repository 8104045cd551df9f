import type { Graph } from '../compile/graph/graph.ts'
import type { Value } from '../compile/graph/value.ts'
import { indexLimits } from '../compile/index-limits.ts'
import type { ProofSubject } from './proof.ts'
import { runExcess } from './run-excess.ts'

/** What is to be proved of a model that was compiled from this graph. */
export function proofSubject(graph: Graph): ProofSubject {
  const limits = indexLimits(graph)
  const inputs = graph.inputs.map(({ name, value: { type, shape } }) => {
    const indexLimit = limits.get(name)
    return { name, type, shape, ...(indexLimit === undefined ? {} : { indexLimit }) }
  })
  const variable = new Set<Value>(graph.inputs.map(({ value }) => value))
  for (const { operands, results } of graph.nodes) {
    if (operands.some((operand) => variable.has(operand))) for (const result of results) variable.add(result)
  }
  const constants = graph.outputs.filter(({ value }) => !variable.has(value))
  return {
    inputs,
    constantOutputs: new Set(constants.map(({ name }) => name)),
    excess: (shapes) => runExcess(graph, shapes),
  }
}
