import { decodeWeights } from '../../artifacts/decode-weights.ts'
import { broken } from '../../artifacts/graph-def.ts'
import { type GraphPortInfo, graphPorts } from '../../artifacts/graph-ports.ts'
import type { ModelArtifacts, Weights } from '../../artifacts/model-artifacts.ts'
import { Graph } from '../graph/graph.ts'
import type { ElementType, Value } from '../graph/value.ts'
import { NotCompiled, within } from '../not-compiled.ts'
import { type DefinedNode, definedNodes, type TensorReference, tensorReference } from './graph-def.ts'
import { refusal } from './refusals.ts'
import { rowOf } from './table.ts'

/**
 * A graph model (TensorFlow's GraphDef as JSON) as a graph of operators. Only nodes that outputs need are read.
 * @throws NotCompiled for what is not covered, ServingError INVALID_PARAMETER_VALUE for what is broken.
 */
export function readGraphModel(artifacts: ModelArtifacts): Graph {
  const { inputs, outputs } = graphPorts(artifacts)
  const reader = new GraphReader(definedNodes(artifacts.topology), decodeWeights(artifacts))
  for (const port of inputs) reader.input(port)
  for (const port of outputs) reader.output(port)
  return reader.graph
}

class GraphReader {
  readonly graph = new Graph()
  readonly #nodes: ReadonlyMap<string, DefinedNode>
  readonly #weights: Weights
  /** Results of the nodes that have been read. */
  readonly #results = new Map<string, readonly Value[]>()

  constructor(nodes: ReadonlyMap<string, DefinedNode>, weights: Weights) {
    this.#nodes = nodes
    this.#weights = weights
  }

  /** The node, whatever it is, is fed with the input. */
  input({ name, node, datatype, shape, unranked }: GraphPortInfo): void {
    if (unranked) throw new NotCompiled(`input '${name}' has an unknown number of dimensions`)
    const type = ELEMENT_TYPES[datatype]
    if (type === undefined) throw new NotCompiled(`input '${name}' is of type ${datatype}`)
    const value = this.graph.input(name, { type, shape: shape.map((dim) => (dim < 0 ? null : dim)) })
    this.#results.set(tensorReference(node).node, [value])
  }

  output({ name, node }: GraphPortInfo): void {
    const reference = tensorReference(node)
    this.#readUpTo(reference.node)
    this.graph.output(name, this.#result(reference))
  }

  /** Depth first, with a stack of its own: a graph may be as deep as it has nodes. */
  #readUpTo(name: string): void {
    const open = new Set<string>()
    const stack = [name]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = this.#results.has(top) ? [] : this.#missingOperands(top)
      if (missing.length === 0) {
        stack.pop()
        open.delete(top)
        if (!this.#results.has(top)) this.#results.set(top, this.#read(this.#node(top)))
        continue
      }
      if (open.has(top)) throw new NotCompiled('a loop in the graph', placeOf(this.#node(top)))
      open.add(top)
      for (const operand of missing) stack.push(operand)
    }
  }

  #missingOperands(name: string): readonly string[] {
    const node = this.#node(name)
    // Before its operands: what is refused because of a loop ought to be named by its operator.
    within(placeOf(node), () => rejectUnknown(node))
    return node.inputs.map((input) => input.node).filter((operand) => !this.#results.has(operand))
  }

  #node(name: string): DefinedNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw broken(`it refers to a node '${name}' that it does not have.`)
    return node
  }

  #read(node: DefinedNode): readonly Value[] {
    return within(placeOf(node), () => {
      if (node.op === 'Const') return [this.#constant(node)]
      if (node.op === 'Placeholder') throw new NotCompiled('an input that the signature does not have')
      const row = rowOf(node.op)!
      const operands = node.inputs.map((input) => this.#result(input))
      if (operands.length < row.operands)
        throw new NotCompiled(`${operands.length} operands where ${row.operands} are needed`)
      const results = row.read(node, operands, this.graph)
      return Array.isArray(results) ? (results as readonly Value[]) : [results as Value]
    })
  }

  #constant({ name, attributes }: DefinedNode): Value {
    const constant = this.#weights.get(name)
    if (constant !== undefined) return this.graph.constant(constant)
    // Texts and complex numbers are not decoded.
    if (attributes.has('dtype')) attributes.type('dtype')
    throw new NotCompiled('a constant that the weights do not have')
  }

  #result({ node, output }: TensorReference): Value {
    const value = this.#results.get(node)?.[output]
    if (value === undefined) throw new NotCompiled(`result ${output} of ${placeOf(this.#node(node))}`)
    return value
  }
}

const ELEMENT_TYPES: Readonly<Record<GraphPortInfo['datatype'], ElementType | undefined>> = {
  FP32: 'float32',
  INT32: 'int32',
  BOOL: 'bool',
  BYTES: undefined,
}

function rejectUnknown({ op }: DefinedNode): void {
  if (op === 'Const' || op === 'Placeholder' || rowOf(op) !== undefined) return
  throw new NotCompiled(refusal(op))
}

function placeOf({ name, op }: DefinedNode): string {
  return `node '${name}' (${op})`
}
