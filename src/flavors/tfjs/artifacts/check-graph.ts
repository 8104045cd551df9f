import { invalidModel } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { checkCycles } from './check-cycles.ts'
import { checkInputSize } from './check-input-size.ts'
import { checkNodeForm } from './check-node-form.ts'
import { broken, type GraphDefNode, nodeOf, readGraphDefNodes } from './graph-def.ts'
import { graphPorts } from './graph-ports.ts'
import { KNOWN_OPERATORS } from './known-operators.ts'
import type { ModelArtifacts } from './model-artifacts.ts'

type Json = Readonly<Record<string, unknown>>
type Nodes = ReadonlyMap<string, GraphDefNode>

/**
 * Checks what the outputs of a graph model are computed from. TF.js never runs other nodes, so these may be anything.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkGraph(artifacts: Omit<ModelArtifacts, 'weightData' | 'digest'>): void {
  const nodes = readGraphDefNodes(artifacts.topology['node'])
  checkReferences(nodes)
  const { inputs, outputs } = graphPorts(artifacts)
  if (outputs.length === 0) throw broken('it has no outputs.')
  for (const { name, node, shape } of inputs) {
    checkFed(name, node)
    checkInputSize(name, shape)
  }
  const weights = new Set(artifacts.weightSpecs.map(({ name }) => name))
  const ends = new Set([...weights, ...inputs.map(({ node }) => nodeOf(node))])
  const used = reachable(
    nodes,
    outputs.map(({ node }) => nodeOf(node)),
    ends,
  )
  for (const node of used) {
    checkNode(node, weights)
    if (!ends.has(node.name)) checkNodeForm(node)
  }
  checkCycles(used, ends)
  for (const node of calledNodes(artifacts.topology['library'], used)) {
    checkOperator(node)
    checkNodeForm(node)
  }
  checkInitializer(artifacts.initializer)
}

/** A node that is fed has one result. */
function checkFed(name: string, reference: string): void {
  const [, result = '0'] = reference.split(':')
  if (result !== '0') throw broken(`its input '${name}' is '${reference}', which does not exist.`)
}

function checkReferences(nodes: Nodes): void {
  for (const { name, inputs } of nodes.values()) {
    const missing = inputs.find((input) => !nodes.has(nodeOf(input)))
    if (missing !== undefined) throw broken(`node '${name}' takes '${missing}', which does not exist.`)
  }
}

/** The nodes that `starts` are computed from, themselves included; nothing beyond `ends` is. */
function reachable(
  nodes: Nodes,
  starts: readonly string[],
  ends: ReadonlySet<string>,
): readonly GraphDefNode[] {
  const found = new Set(starts)
  for (const name of found) {
    if (ends.has(name)) continue
    for (const input of nodes.get(name)!.inputs) found.add(nodeOf(input))
  }
  return [...found].map((name) => nodes.get(name)!)
}

/** Nodes of the functions that control flow calls, and of those that these call. */
function calledNodes(library: unknown, used: readonly GraphDefNode[]): readonly GraphDefNode[] {
  const functions = readFunctions(library)
  const called = new Set(used.flatMap(calledBy))
  const nodes: GraphDefNode[] = []
  for (const name of called) {
    const own = [...readGraphDefNodes(functions.get(name)?.['nodeDef'] ?? []).values()]
    for (const node of own) nodes.push(node)
    for (const inner of own.flatMap(calledBy)) called.add(inner)
  }
  return nodes
}

function readFunctions(library: unknown): ReadonlyMap<string, Json> {
  const list = isRecord(library) && Array.isArray(library['function']) ? library['function'] : []
  return new Map(
    list.filter(isRecord).map((entry) => {
      const signature = isRecord(entry['signature']) ? entry['signature'] : {}
      return [String(signature['name']), entry]
    }),
  )
}

function calledBy({ attributes }: GraphDefNode): readonly string[] {
  return Object.values(attributes).flatMap((attribute) => {
    const called = isRecord(attribute) ? attribute['func'] : undefined
    return isRecord(called) && typeof called['name'] === 'string' ? [called['name']] : []
  })
}

function checkNode(node: GraphDefNode, weights: ReadonlySet<string>): void {
  checkOperator(node)
  if (node.op !== 'Const' || weights.has(node.name)) return
  throw invalidModel(
    `Node '${node.name}' of the graph model is a constant, but the weights of model.json do not have it. Copy all ` +
      'files of one conversion, or convert the model again.',
    { details: { node: node.name } },
  )
}

function checkOperator({ name, op }: GraphDefNode): void {
  if (KNOWN_OPERATORS.has(op)) return
  throw invalidModel(
    `Node '${name}' of the graph model is a ${op}, an operator that TF.js does not have. Export the model without ` +
      'it (what prepares or checks data can be left out), or convert it to ONNX instead, with tf2onnx.',
    { details: { node: name, operator: op } },
  )
}

function checkInitializer(initializer: unknown): void {
  if (!isRecord(initializer) || initializer['node'] === undefined) return
  for (const node of readGraphDefNodes(initializer['node']).values()) checkOperator(node)
}
