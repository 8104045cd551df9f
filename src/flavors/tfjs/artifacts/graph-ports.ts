import { invalidModel } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import { isRecord } from '../../../core/record.ts'
import { type GraphDefNode, nodeOf, readGraphDefNodes } from './graph-def.ts'
import type { ModelArtifacts } from './model-artifacts.ts'

/** An input or output of a graph model. `name` is what TF.js calls it: the network's or the signature's key, else the node's name. */
export interface GraphPortInfo extends TensorMetadata {
  readonly datatype: PortDatatype
  /** The tensor of the GraphDef: `image`, `image:0` or `split:1`. */
  readonly node: string
}

export interface GraphPorts {
  readonly inputs: readonly GraphPortInfo[]
  readonly outputs: readonly GraphPortInfo[]
}

type PortDatatype = 'FP32' | 'INT32' | 'BOOL' | 'BYTES'
type Json = Readonly<Record<string, unknown>>
type Nodes = ReadonlyMap<string, GraphDefNode>

/**
 * Inputs and outputs of a graph model, in TF.js's order (`inputNodes` and `outputNodes` of tfjs-converter 4.22, but for
 * the hash tables that a model brings itself). An output that no signature describes is unranked, and FP32 unless its
 * node tells another type.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function graphPorts(
  artifacts: Pick<ModelArtifacts, 'topology' | 'signature' | 'userDefinedMetadata'>,
): GraphPorts {
  const nodes = readGraphDefNodes(artifacts.topology['node'])
  const signature = signatureOf(artifacts)
  const inputs = signedPorts('Input', signature['inputs'], nodes)
  const outputs = signedPorts('Output', signature['outputs'], nodes)
  return {
    inputs: inputs.length > 0 ? inputs : placeholders(nodes),
    outputs: outputs.length > 0 ? structured(outputs, artifacts.userDefinedMetadata) : sinks(nodes),
  }
}

/**
 * What the network itself calls its outputs, as `GraphModel.predict` gives them: the converter keeps the names there when
 * it is asked to (`--use_structured_outputs_names`), while the signature has `Identity:0`, `Identity_1:0`.
 */
function structured(outputs: readonly GraphPortInfo[], metadata: unknown): readonly GraphPortInfo[] {
  const keys: unknown = isRecord(metadata) ? metadata['structuredOutputKeys'] : undefined
  if (!Array.isArray(keys)) return outputs
  const names = new Set(keys.filter((key): key is string => typeof key === 'string'))
  if (names.size !== outputs.length) return outputs
  return [...names].map((name, index) => ({ ...outputs[index]!, name }))
}

/** TF.js prefers the signature that the metadata hold. */
function signatureOf({
  signature,
  userDefinedMetadata,
}: Pick<ModelArtifacts, 'signature' | 'userDefinedMetadata'>): Json {
  const inner = isRecord(userDefinedMetadata) ? userDefinedMetadata['signature'] : undefined
  return isRecord(inner) ? inner : (signature ?? {})
}

function signedPorts(role: string, entries: unknown, nodes: Nodes): readonly GraphPortInfo[] {
  if (!isRecord(entries)) return []
  return keysByTensor(entries).flatMap(([tensor, key]) => {
    const node = nodes.get(nodeOf(tensor))
    const entry = entries[key]
    if (node === undefined || !isRecord(entry) || isTable(entry)) return []
    const type = entry['dtype'] ?? typeOf(node)
    const shape = isRecord(entry['tensorShape']) ? shapeOf(entry['tensorShape']) : placeholderShape(node)
    return [{ name: key, node: tensor, datatype: datatypeOf(role, key, type), ...shape }]
  })
}

/** Of two keys for one tensor TF.js keeps the last, in the place of the first. */
function keysByTensor(entries: Json): readonly (readonly [string, string])[] {
  const keys = new Map<string, string>()
  for (const [key, entry] of Object.entries(entries)) {
    if (isRecord(entry) && typeof entry['name'] === 'string') keys.set(entry['name'], key)
  }
  return [...keys]
}

/** TF.js gives a hash table to the model by itself (`resourceId`, of the model's initializer). */
function isTable(entry: Json): boolean {
  return (entry['resourceId'] ?? null) !== null
}

function placeholders(nodes: Nodes): readonly GraphPortInfo[] {
  return [...nodes.values()]
    .filter(({ op }) => op.startsWith('Placeholder'))
    .map((node) => ({
      name: node.name,
      node: node.name,
      datatype: datatypeOf('Input', node.name, typeOf(node)),
      ...placeholderShape(node),
    }))
}

function sinks(nodes: Nodes): readonly GraphPortInfo[] {
  const taken = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(nodeOf)))
  return [...nodes.values()]
    .filter(({ name }) => !taken.has(name))
    .map((node) => ({
      name: node.name,
      node: node.name,
      datatype: datatypeOf('Output', node.name, typeOf(node)),
      ...placeholderShape(node),
    }))
}

/** Operators whose results are bool whatever they take. */
const PREDICATES: ReadonlySet<string> = new Set([
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'],
  ...['LogicalAnd', 'LogicalOr', 'LogicalNot', 'All', 'Any', 'IsNan', 'IsInf', 'IsFinite'],
])

/** Attributes that name the type of a node's first result, the most telling first. */
const TYPE_ATTRIBUTES = ['DstT', 'output_type', 'out_type', 'dtype', 'T'] as const

/** The type of a node's first result, as far as the node alone tells it: operators of indices have int32 by default. */
function typeOf({ op, attributes }: GraphDefNode): unknown {
  if (PREDICATES.has(op)) return 'DT_BOOL'
  for (const key of TYPE_ATTRIBUTES) {
    const attribute = attributes[key]
    const isIndex = key === 'T' && ['ArgMax', 'ArgMin', 'Shape', 'Size', 'Rank', 'Where'].includes(op)
    if (isIndex) return 'DT_INT32'
    if (isRecord(attribute) && attribute['type'] !== undefined) return attribute['type']
  }
  return 'DT_FLOAT'
}

/** TensorFlow's `types.proto`, as tfjs-converter 4.22 reads it (`parseDtypeParam`). */
const DATATYPES: ReadonlyMap<unknown, PortDatatype> = new Map<unknown, PortDatatype>([
  ...(['DT_FLOAT', 1, 'DT_DOUBLE', 2, 'DT_HALF', 19] as const).map((type) => [type, 'FP32'] as const),
  ...(['DT_INT32', 3, 'DT_UINT8', 4, 'DT_INT8', 6, 'DT_INT64', 9] as const).map(
    (type) => [type, 'INT32'] as const,
  ),
  ...(['DT_STRING', 7] as const).map((type) => [type, 'BYTES'] as const),
  ...(['DT_BOOL', 10] as const).map((type) => [type, 'BOOL'] as const),
])

function datatypeOf(role: string, name: string, type: unknown): PortDatatype {
  const datatype = DATATYPES.get(type)
  if (datatype !== undefined) return datatype
  throw invalidModel(
    `${role} '${name}' of the model has the type ${JSON.stringify(type)}, which cannot be served. Convert the model ` +
      'with a cast to float32 or int32 there.',
    { details: { name } },
  )
}

function placeholderShape({ attributes }: GraphDefNode): Pick<GraphPortInfo, 'shape' | 'unranked'> {
  const attribute = attributes['shape']
  return isRecord(attribute) && isRecord(attribute['shape'])
    ? shapeOf(attribute['shape'])
    : { shape: [], unranked: true }
}

/** A TensorShapeProto: sizes are numbers or texts, and none at all mean a scalar. */
function shapeOf({ unknownRank, dim }: Json): Pick<GraphPortInfo, 'shape' | 'unranked'> {
  if (unknownRank === true) return { shape: [], unranked: true }
  if (!Array.isArray(dim)) return { shape: [] }
  return { shape: dim.map((entry: unknown) => sizeOf(isRecord(entry) ? entry['size'] : undefined)) }
}

/** A free dimension is -1, or left out. */
function sizeOf(size: unknown): number {
  const number = typeof size === 'string' ? Number.parseInt(size, 10) : size
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : -1
}
