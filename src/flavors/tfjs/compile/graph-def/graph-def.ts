import { invalidModel } from '../../../../core/errors.ts'
import { NodeAttributes } from './node-attributes.ts'

/** A result of a node. */
export interface TensorReference {
  readonly node: string
  readonly output: number
}

/** A node of a GraphDef, checked. */
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
  const list = topology['node']
  if (!Array.isArray(list)) throw invalidModel("The model's graph has no list of nodes.")
  const nodes = new Map<string, DefinedNode>()
  for (const each of list as readonly unknown[]) {
    const node = definedNode(each)
    if (nodes.has(node.name)) throw invalidModel(`The model's graph has two nodes called '${node.name}'.`)
    nodes.set(node.name, node)
  }
  return nodes
}

/** `name`, `name:1` (its second result) or `name:result:0` (of a function, where results have names). */
export function tensorReference(text: string): TensorReference {
  const [node = '', ...rest] = text.split(':')
  const output = rest.length === 0 ? 0 : Number(rest.at(-1))
  if (!Number.isInteger(output) || output < 0)
    throw invalidModel(`The model's graph refers to '${text}', which is no tensor.`)
  return { node, output }
}

function definedNode(value: unknown): DefinedNode {
  const { name, op, input = [], attr = {} } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || typeof op !== 'string')
    throw invalidModel("A node of the model's graph has no name or no operator.")
  if (!Array.isArray(input) || typeof attr !== 'object' || attr === null)
    throw invalidModel(`Node '${name}' of the model's graph has inputs or attributes of a wrong form.`)
  return {
    name,
    op,
    inputs: input
      .map(String)
      .filter((each) => !each.startsWith('^'))
      .map(tensorReference),
    attributes: new NodeAttributes(attr as Readonly<Record<string, unknown>>),
  }
}
