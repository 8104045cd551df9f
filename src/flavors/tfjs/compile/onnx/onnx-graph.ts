import type { ConstantData, ElementType, Shape } from '../graph/value.ts'
import { MessageWriter } from './protobuf-writer.ts'

/** Operator set of what is written: the reductions take their axes as inputs, Mish and Split's `num_outputs` are there. */
export const OPSET = 18
/** Version of the format, as of ONNX 1.13, which brought that operator set. */
const IR_VERSION = 8

/** `TensorProto.DataType`. */
const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const

/** The types of TF.js, and those that ONNX takes for shapes and that hold every int32 and its quotients. */
export type OnnxType = ElementType | 'int64' | 'float64'

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE = { float: 1, int: 2, text: 3, floats: 6, ints: 7, texts: 8 } as const

/** A number is an integer; floats are told by `{ float }` and `{ floats }`. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

export interface OnnxNode {
  readonly type: string
  /** '' where an optional input is left out. */
  readonly inputs: readonly string[]
  readonly attributes?: OnnxAttributes
}

/** Writes the main graph of an ONNX model: nodes in order of computation, initialisers, inputs and outputs. */
export class OnnxGraph {
  readonly #message = new MessageWriter()
  readonly #taken: Set<string>
  readonly #lists = new Map<string, string>()
  readonly #integers = new Map<string, readonly number[]>()
  readonly #sources = new Map<string, OnnxNode>()
  #names = 0
  #nodes = 0

  /** @param reserved names of inputs and outputs, which are the model's own. */
  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved)
  }

  /** How many nodes there are. */
  get nodeCount(): number {
    return this.#nodes
  }

  /** @returns the name of the node's one output. */
  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.#add({ type, inputs, attributes }, [this.#fresh(type)])[0]!
  }

  /** @returns the names of the node's outputs. */
  nodeOf(outputs: number, node: OnnxNode): readonly string[] {
    return this.#add(
      node,
      Array.from({ length: outputs }, () => this.#fresh(node.type)),
    )
  }

  /** The node that gives a name; undefined for inputs and constants. */
  source(name: string): OnnxNode | undefined {
    return this.#sources.get(name)
  }

  /** A node whose output has a name of the model's own. */
  rename(from: string, to: string): void {
    this.#add({ type: 'Identity', inputs: [from] }, [to])
  }

  cast(name: string, type: OnnxType): string {
    return this.node('Cast', [name], { to: ELEMENT_TYPES[type] })
  }

  constant({ type, shape, data }: ConstantData): string {
    return this.#initializer(ELEMENT_TYPES[type], shape, data)
  }

  /** A list of int64, as ONNX takes shapes, axes and pads. */
  integers(values: readonly number[]): string {
    const name = this.#shared(`ints ${values}`, () =>
      this.#initializer(ELEMENT_TYPES.int64, [values.length], BigInt64Array.from(values, BigInt)),
    )
    this.#integers.set(name, values)
    return name
  }

  /** The list that a name is of; undefined where it is none of `integers`. */
  integersOf(name: string): readonly number[] | undefined {
    return this.#integers.get(name)
  }

  /** An int64 without dimensions. */
  integer(value: number): string {
    return this.#shared(`int ${value}`, () =>
      this.#initializer(ELEMENT_TYPES.int64, [], BigInt64Array.of(BigInt(value))),
    )
  }

  /** A number of the type of a value, without dimensions. */
  scalar(type: ElementType, value: number): string {
    return this.#shared(`${type} ${Object.is(value, -0) ? '-0' : value}`, () =>
      this.constant(scalarOf(type, value)),
    )
  }

  input(name: string, type: ElementType, shape: Shape): void {
    this.#message.message(11, valueInfo(name, type, shape))
  }

  output(name: string, type: ElementType, shape: Shape): void {
    this.#message.message(12, valueInfo(name, type, shape))
  }

  /** The whole model, in pieces that belong one after the other. */
  finish(producer: { readonly name: string; readonly version: string }): readonly Uint8Array[] {
    this.#message.text(2, 'main')
    return new MessageWriter()
      .int(1, IR_VERSION)
      .text(2, producer.name)
      .text(3, producer.version)
      .message(7, this.#message)
      .message(8, new MessageWriter().text(1, '').int(2, OPSET)).chunks
  }

  #add(added: OnnxNode, outputs: readonly string[]): readonly string[] {
    const { type, inputs, attributes = {} } = added
    for (const output of outputs) this.#sources.set(output, added)
    const node = new MessageWriter()
    for (const input of inputs) node.text(1, input)
    for (const output of outputs) node.text(2, output)
    node.text(3, outputs[0] ?? type).text(4, type)
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
    this.#message.message(1, node)
    this.#nodes += 1
    return outputs
  }

  #initializer(type: number, shape: readonly number[], data: ArrayBufferView): string {
    const name = this.#fresh('constant')
    const tensor = new MessageWriter()
    for (const dim of shape) tensor.int(1, dim)
    tensor.int(2, type).text(8, name)
    tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    this.#message.message(5, tensor)
    return name
  }

  #shared(key: string, make: () => string): string {
    let name = this.#lists.get(key)
    if (name === undefined) {
      name = make()
      this.#lists.set(key, name)
    }
    return name
  }

  #fresh(hint: string): string {
    for (;;) {
      const name = `${hint}_${this.#names++}`
      if (!this.#taken.has(name)) return name
    }
  }
}

function scalarOf(type: ElementType, value: number): ConstantData {
  if (type === 'float32') return { type, shape: [], data: Float32Array.of(value) }
  if (type === 'int32') return { type, shape: [], data: Int32Array.of(value) }
  return { type, shape: [], data: Uint8Array.of(value) }
}

function attribute(name: string, value: OnnxAttribute): MessageWriter {
  const message = new MessageWriter().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE.int)
  if (typeof value === 'string') return message.text(4, value).int(20, ATTRIBUTE.text)
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE.float)
  if ('floats' in value) {
    for (const each of value.floats) message.float(7, each)
    return message.int(20, ATTRIBUTE.floats)
  }
  if ('texts' in value) {
    for (const each of value.texts) message.text(9, each)
    return message.int(20, ATTRIBUTE.texts)
  }
  for (const each of value) message.int(8, each)
  return message.int(20, ATTRIBUTE.ints)
}

function valueInfo(name: string, type: ElementType, shape: Shape): MessageWriter {
  const dims = new MessageWriter()
  shape.forEach((dim, axis) => {
    const message = new MessageWriter()
    // Dimensions of one name would have to be equal, which only a run tells: onnxruntime shares memory by it.
    if (dim === null) message.text(2, `${name}_${axis}`)
    else message.int(1, dim)
    dims.message(1, message)
  })
  const tensor = new MessageWriter().int(1, ELEMENT_TYPES[type]).message(2, dims)
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor))
}
