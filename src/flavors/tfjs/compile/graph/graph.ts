import { NotCompiled } from '../not-compiled.ts'
import { expectHeld } from './expect-held.ts'
import type { Operator, OperatorUse } from './operator.ts'
import type { ConstantData, Shape, Value, ValueType } from './value.ts'

/** A node: its operator's attributes are known to the operator alone. */
export interface GraphNode extends OperatorUse<unknown> {
  readonly operator: Operator<unknown>
}

export interface GraphPort {
  readonly name: string
  readonly value: Value
}

/** Integers of more elements are weights, not shapes. */
const MOST_ELEMENTS = 1024

/** The small graph of operators that layers models and graph models are both read into, in order of computation. */
export class Graph {
  readonly inputs: GraphPort[] = []
  readonly outputs: GraphPort[] = []
  readonly nodes: GraphNode[] = []
  readonly #inputNames = new Set<string>()
  readonly #outputNames = new Set<string>()

  /** @param name TF.js's name of the input, under which it is also an input of the ONNX model. */
  input(name: string, { type, shape }: ValueType): Value {
    if (this.#inputNames.has(name)) throw new NotCompiled(`two inputs are called '${name}'`)
    this.#inputNames.add(name)
    const value: Value = { type, shape }
    this.inputs.push({ name, value })
    return value
  }

  output(name: string, value: Value): void {
    if (this.#outputNames.has(name)) throw new NotCompiled(`two outputs are called '${name}'`)
    if (this.#inputNames.has(name)) throw new NotCompiled(`an input and an output are called '${name}'`)
    this.#outputNames.add(name)
    this.outputs.push({ name, value })
  }

  constant(constant: ConstantData): Value {
    const { type, shape, data } = constant
    const isShapeLike = type === 'int32' && shape.length <= 1 && data.length <= MOST_ELEMENTS
    return { type, shape, constant, ...(isShapeLike ? { elements: [...data] } : {}) }
  }

  float(value: number): Value {
    return this.constant({ type: 'float32', shape: [], data: Float32Array.of(value) })
  }

  integer(value: number): Value {
    return this.constant({ type: 'int32', shape: [], data: Int32Array.of(value) })
  }

  integers(values: readonly number[]): Value {
    return this.constant({ type: 'int32', shape: [values.length], data: Int32Array.from(values) })
  }

  /** Adds a node with one result. @throws NotCompiled */
  add<Attributes>(operator: Operator<Attributes>, operands: readonly Value[], attributes: Attributes): Value {
    return this.addAll(operator, operands, attributes)[0]!
  }

  /** Adds a node. @returns its results. @throws NotCompiled */
  addAll<Attributes>(
    operator: Operator<Attributes>,
    operands: readonly Value[],
    attributes: Attributes,
  ): readonly Value[] {
    const types = operator.infer(operands, attributes)
    for (const { shape } of types) {
      expectDimensions(shape)
      expectHeld(shape)
    }
    const known = operator.know?.(operands, attributes)
    const results = types.map(
      (type, index): Value =>
        index === 0 && known !== undefined ? { ...type, elements: known } : { ...type },
    )
    this.nodes.push({ operator, operands, attributes, results })
    return results
  }
}

/** @throws NotCompiled where attributes of an operator do not make sense: no dimension is negative, or a fraction. */
function expectDimensions(shape: Shape): void {
  if (shape.some((dim) => dim !== null && !(Number.isInteger(dim) && dim >= 0)))
    throw new NotCompiled(`a result of [${shape.map((dim) => dim ?? '?').join(', ')}]`)
}
