import {
  countOf,
  ELEMENT_TYPES,
  type Element,
  isElement,
} from '../../../src/conformance/wire/element-types.ts'
import { elementsOfBytes } from '../../../src/conformance/wire/tensor-bytes.ts'
import { isRecord } from '../../../src/core/record.ts'

export interface TinyTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly elements: readonly Element[]
}

type Description = Omit<TinyTensor, 'elements'>

export interface TinyModel {
  readonly inputs: readonly Description[]
  readonly outputs: readonly Description[]
  run(inputs: readonly TinyTensor[]): readonly TinyTensor[]
}

/** A request that a client got wrong. */
export class Refusal extends Error {}

const X: Description = { name: 'x', datatype: 'FP32', shape: [-1, 2] }
const COPIED: readonly Description[] = [
  { name: 'n', datatype: 'INT64', shape: [-1, 1] },
  { name: 'text', datatype: 'BYTES', shape: [-1, 1] },
  { name: 'flag', datatype: 'BOOL', shape: [-1, 1] },
]
const SCORES: Description = { name: 'scores', datatype: 'FP32', shape: [-1, 3] }

/** One input, one output, and one that gives most of its inputs back. */
export const TINY_MODELS: Readonly<Record<string, TinyModel>> = {
  mixed: {
    inputs: [X, ...COPIED],
    outputs: [SCORES, ...COPIED.map((input) => ({ ...input, name: `same_${input.name}` }))],
    run: (inputs) => [
      scoresOf(inputs[0]),
      ...inputs.slice(1).map((input) => ({ ...input, name: `same_${input.name}` })),
    ],
  },
  single: { inputs: [X], outputs: [SCORES], run: (inputs) => [scoresOf(inputs[0])] },
}

function scoresOf(x: TinyTensor | undefined): TinyTensor {
  const rows = x?.shape[0] ?? 0
  const elements = Array.from({ length: rows }, (_, row) => {
    const [a = 0, b = 0] = (x?.elements.slice(row * 2, row * 2 + 2) ?? []).map(Number)
    return [a, b, a + b]
  })
  return { ...SCORES, shape: [rows, 3], elements: elements.flat() }
}

/** All inputs of a model, in its order, or a Refusal. */
export function boundInputs(model: TinyModel, given: readonly TinyTensor[]): readonly TinyTensor[] {
  const names = given.map(({ name }) => name)
  check(new Set(names).size === names.length, 'an input is there twice')
  for (const name of names)
    check(
      model.inputs.some((input) => input.name === name),
      `unknown input ${name}`,
    )
  return model.inputs.map((input) => {
    const found = given.find(({ name }) => name === input.name)
    check(found !== undefined, `the input ${input.name} is missing`)
    check(found.datatype === input.datatype, `${input.name} is ${input.datatype}`)
    const fits =
      found.shape.length === input.shape.length &&
      input.shape.every((size, axis) => size === -1 || size === found.shape[axis])
    check(fits, `${input.name} has shape [${input.shape}]`)
    check(found.elements.length === countOf(found.shape), `${input.name} has another number of elements`)
    return found
  })
}

/** An input of a JSON body; its bytes come from `take` where it has any. */
export function readInput(value: unknown, take: (size: number) => Uint8Array): TinyTensor {
  check(isRecord(value), 'an input is no object')
  const { name, datatype, shape, data, parameters } = value
  check(typeof name === 'string' && typeof datatype === 'string', 'an input has no name or datatype')
  check(datatype in ELEMENT_TYPES, `unknown datatype ${datatype}`)
  check(isShape(shape), 'a shape is wrong')
  const size = isRecord(parameters) ? parameters['binary_data_size'] : undefined
  if (size === undefined) return { name, datatype, shape, elements: jsonElements(datatype, shape, data) }
  check(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0, 'binary_data_size is no size')
  return { name, datatype, shape, elements: binaryElements(datatype, take(size), countOf(shape)) }
}

export function binaryElements(datatype: string, bytes: Uint8Array, count: number): readonly Element[] {
  try {
    return elementsOfBytes(datatype, bytes, count)
  } catch (error) {
    throw new Refusal(String(error))
  }
}

export function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Refusal(text)
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function jsonElements(datatype: string, shape: readonly number[], data: unknown): readonly Element[] {
  check(Array.isArray(data), 'data are no list')
  if (data.some(Array.isArray)) mustBeNested(data, shape)
  const elements: readonly unknown[] = data.flat(Number.POSITIVE_INFINITY)
  check(elements.length === countOf(shape), 'data are not as many as the shape says')
  return elements.map((element) => {
    check(isElement(datatype, element), `${String(element)} is no ${datatype}`)
    return element
  })
}

function mustBeNested(data: unknown, [size, ...inner]: readonly number[]): void {
  check(Array.isArray(data) === (size !== undefined), 'data are not as deep as the shape')
  if (!Array.isArray(data)) return
  check(data.length === size, 'data are not nested as the shape says')
  for (const item of data) mustBeNested(item, inner)
}
