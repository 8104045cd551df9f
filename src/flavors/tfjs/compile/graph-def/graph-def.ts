import { broken, readGraphDefNodes } from '../../artifacts/graph-def.ts'
import { NodeAttributes } from './node-attributes.ts'

/** A result of a node. */
export interface TensorReference {
  readonly node: string
  readonly output: number
}

/** A node of a GraphDef as the compiler takes it. */
export interface DefinedNode {
  readonly name: string
  /** TensorFlow's operator. */
  readonly op: string
  /** Without control inputs, which only order side effects. */
  readonly inputs: readonly TensorReference[]
  readonly attributes: NodeAttributes
}

/** Nodes by name. @throws ServingError INVALID_PARAMETER_VALUE where the topology is no GraphDef. */
export function definedNodes(topology: Readonly<Record<string, unknown>>): ReadonlyMap<string, DefinedNode> {
  const nodes = new Map<string, DefinedNode>()
  for (const [name, { op, inputs, attributes }] of readGraphDefNodes(topology['node'])) {
    const data = inputs.filter((input) => !input.startsWith('^')).map(tensorReference)
    nodes.set(name, { name, op, inputs: data, attributes: new NodeAttributes(attributes) })
  }
  return nodes
}

/** `name`, `name:1` (its second result) or `name:result:0` (of a function, where results have names). */
export function tensorReference(text: string): TensorReference {
  const [node = '', ...rest] = text.split(':')
  const output = rest.length === 0 ? 0 : Number(rest.at(-1))
  if (!Number.isInteger(output) || output < 0) throw broken(`'${text}' is no tensor of a node.`)
  return { node, output }
}
