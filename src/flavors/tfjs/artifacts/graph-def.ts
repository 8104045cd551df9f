import { invalidModel, type ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'

/** A node of a GraphDef (TensorFlow's `node_def.proto`, as JSON). */
export interface GraphDefNode {
  readonly name: string
  readonly op: string
  /** As they stand: `a`, `a:1`, `^a`. */
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function readGraphDefNodes(list: unknown): ReadonlyMap<string, GraphDefNode> {
  if (!Array.isArray(list)) throw broken("'node' is not a list.")
  const nodes = new Map<string, GraphDefNode>()
  for (const entry of list) {
    const node = readNode(entry)
    if (nodes.has(node.name)) throw broken(`two nodes are called '${node.name}'.`)
    nodes.set(node.name, node)
  }
  return nodes
}

function readNode(entry: unknown): GraphDefNode {
  if (!isRecord(entry)) throw broken('a node is not a map.')
  const { name, op, input, attr } = entry
  if (typeof name !== 'string' || typeof op !== 'string') throw broken("a node lacks its 'name' or 'op'.")
  const inputs = input ?? []
  if (!Array.isArray(inputs) || !inputs.every((text) => typeof text === 'string')) {
    throw broken(`'input' of node '${name}' is not a list of names.`)
  }
  return { name, op, inputs, attributes: isRecord(attr) ? attr : {} }
}

/** The node of a reference to a tensor (`a:1`) or of a control dependency (`^a`). */
export function nodeOf(reference: string): string {
  const name = reference.startsWith('^') ? reference.slice(1) : reference
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(0, colon)
}

export function broken(reason: string): ServingError {
  return invalidModel(`The topology of the graph model cannot be read: ${reason} Convert the model again.`)
}
