import { badRequest } from '../../../core/errors.ts'
import { allocate, type DataOf, type Datatype, type Tensor } from '../../../core/tensor.ts'
import { quoted } from '../quoted.ts'
import { checkedCount, shapeText } from '../tensor-shape.ts'
import type { WireDatatype } from '../wire-datatype.ts'
import { FILL, type Fill } from './fill-elements.ts'

/** An input whose elements stand in the JSON of the request. */
export interface JsonInput {
  readonly name: string
  readonly datatype: WireDatatype
  readonly shape: readonly number[]
  readonly data: unknown
}

/**
 * The tensor of `data`: flat in row-major order, or nested as the shape says; a scalar may stand without a list.
 * @throws ServingError BAD_REQUEST; DigitsLost
 */
export function jsonTensor(input: JsonInput, isExact: boolean): Tensor {
  const { name, datatype, shape } = input
  if (datatype === 'BF16') {
    throw badRequest(
      `Input ${quoted(name)}: BF16 has no form in JSON; send it as binary data, or as FP32, which holds its values.`,
    )
  }
  const count = checkedCount(name, shape)
  const list = listOf(input)
  const isNested = Array.isArray(list[0])
  if (isNested) checkNesting(input, list, 0)
  else if (list.length !== count) {
    throw badRequest(
      `Input ${quoted(name)} has ${list.length} elements in 'data'; its shape ${shapeText(shape)} has ${count}.`,
      { input: name },
    )
  }
  return {
    datatype,
    shape,
    data: new TensorFiller(input, datatype, count, isExact).fill(list, isNested),
  } as Tensor
}

function listOf({ name, shape, data }: JsonInput): readonly unknown[] {
  if (Array.isArray(data)) return data
  const isScalar = shape.length === 0 && data !== undefined && data !== null && typeof data !== 'object'
  if (isScalar) return [data]
  throw badRequest(`Input ${quoted(name)} needs 'data', a list of its elements, or 'binary_data_size'.`, {
    input: name,
  })
}

/** Lists of exactly the shape, looked at before anything is allotted. What the innermost ones hold is not looked at. */
function checkNesting(input: JsonInput, list: unknown, axis: number): void {
  const { name, shape } = input
  if (!Array.isArray(list) || list.length !== shape[axis]) {
    const found = Array.isArray(list) ? `a list of ${list.length}` : 'no list'
    throw badRequest(
      `Input ${quoted(name)}: 'data' is not nested as its shape ${shapeText(shape)} says; there is ${found} at ` +
        `depth ${axis + 1}.`,
      { input: name },
    )
  }
  if (axis === shape.length - 1) return
  for (const inner of list) checkNesting(input, inner, axis + 1)
}

/** Fills one tensor. */
class TensorFiller<D extends Datatype> {
  readonly #input: JsonInput
  readonly #datatype: D
  readonly #fill: Fill<D>
  readonly #data: DataOf[D]
  readonly #isExact: boolean
  #filled = 0

  constructor(input: JsonInput, datatype: D, count: number, isExact: boolean) {
    this.#input = input
    this.#datatype = datatype
    this.#fill = FILL[datatype]
    this.#data = allocate(datatype, count)
    this.#isExact = isExact
  }

  fill(list: readonly unknown[], isNested: boolean): DataOf[D] {
    if (isNested) this.#nested(list, 0)
    else this.#row(list)
    return this.#data
  }

  #nested(list: readonly unknown[], axis: number): void {
    if (axis >= this.#input.shape.length - 1) this.#row(list)
    else for (const inner of list) this.#nested(inner as readonly unknown[], axis + 1)
  }

  #row(row: readonly unknown[]): void {
    const refused = this.#fill(this.#data, this.#filled, row, this.#isExact)
    if (refused >= 0) throw refusal(this.#input.name, this.#filled + refused, row[refused], this.#datatype)
    this.#filled += row.length
  }
}

function refusal(name: string, position: number, value: unknown, datatype: Datatype): Error {
  return badRequest(
    `Input ${quoted(name)}: element ${position} is ${described(value)}, which is no ${datatype}.`,
    {
      input: name,
      position,
    },
  )
}

function described(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  if (typeof value !== 'string') return String(value).slice(0, 40)
  return value.isWellFormed() ? `the text ${quoted(value)}` : 'a text with half of a surrogate pair'
}
