import type { Graph, GraphNode } from '../compile/graph/graph.ts'
import { liveNodes } from '../compile/graph/live-nodes.ts'
import type { Shape, Value } from '../compile/graph/value.ts'
import { NotCompiled } from '../compile/not-compiled.ts'
import { recurrent } from '../compile/operators/recurrent.ts'

/** Of one result in a run that only tries a model: 512 MiB in float32, which each engine holds a few times. */
const MOST_RESULT_ELEMENTS = 2 ** 27
/** Of all results together, which take seconds to go through. */
const MOST_ELEMENTS = 2 ** 32
/** Of a recurrent layer: TF.js takes up to half a millisecond for each. */
const MOST_STEPS = 2 ** 12

/**
 * What a run on inputs of these shapes would have too much of to be only tried, `a result of [2, 134217728]`; undefined
 * where it can be tried. Dimensions that only the run itself tells count as 1.
 * @param shapes of the inputs, by name.
 */
export function runExcess(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): string | undefined {
  const values = new Map<Value, Value>(
    graph.inputs.map(({ name, value }) => [value, { ...value, shape: shapes.get(name) ?? value.shape }]),
  )
  let total = [...values.values()].reduce((sum, { shape }) => sum + elementsOf(shape), 0)
  for (const node of liveNodes(graph)) {
    const operands = node.operands.map((operand) => values.get(operand) ?? operand)
    const results = resultsOf(node, operands)
    for (const [index, result] of results.entries()) {
      values.set(node.results[index]!, result)
      total += elementsOf(result.shape)
    }
    const excess = resultExcess(results) ?? stepsExcess(node, operands)
    if (excess !== undefined) return excess
  }
  return total > MOST_ELEMENTS ? `results of ${total} elements together` : undefined
}

/** The types that the operator gives for these operands; those of the model where they do not fit together. */
function resultsOf(
  { operator, attributes, results }: GraphNode,
  operands: readonly Value[],
): readonly Value[] {
  try {
    const elements = operator.know?.(operands, attributes)
    return operator
      .infer(operands, attributes)
      .map((type, index) => (index === 0 && elements !== undefined ? { ...type, elements } : type))
  } catch (error) {
    if (error instanceof NotCompiled) return results
    throw error
  }
}

function resultExcess(results: readonly Value[]): string | undefined {
  const large = results.find(({ shape }) => elementsOf(shape) > MOST_RESULT_ELEMENTS)
  return large && `a result of [${large.shape.map((dim) => dim ?? '?').join(', ')}]`
}

function stepsExcess({ operator }: GraphNode, operands: readonly Value[]): string | undefined {
  const steps = operator.name === recurrent.name ? operands[0]!.shape[1] : undefined
  return typeof steps === 'number' && steps > MOST_STEPS ? `${steps} steps of a recurrent layer` : undefined
}

function elementsOf(shape: Shape): number {
  return shape.reduce<number>((count, dim) => count * (dim ?? 1), 1)
}
