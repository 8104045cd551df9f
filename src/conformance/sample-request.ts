import { invalidParameter } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { isShape, type TensorDescription } from './tensor-description.ts'
import { countOf, type Element, isElement, kindOf } from './wire/element-types.ts'
import { type JsonValue, readExactJson } from './wire/exact-json.ts'

/** An input with its values. */
export interface SampleTensor extends TensorDescription {
  readonly elements: readonly Element[]
}

/** A request that the model takes: all inputs. */
export type SampleRequest = readonly SampleTensor[]

/** How values are made: counting up in small steps, or all the same. */
export type Filling = 'steps' | 'zeros' | 'ones'

/** Values that FP16 and BF16 hold exactly, and that no INT8 is too small for. */
const STEPS = 8

/**
 * An input of a described tensor.
 * @param openSizes of the dimensions of any size, the first one first; the last of them for all others
 */
export function sampleTensor(
  { name, datatype, shape }: TensorDescription,
  openSizes: readonly number[],
  filling: Filling = 'steps',
): SampleTensor {
  let open = 0
  const sizes = shape.map((size) => (size === -1 ? (openSizes[open++] ?? openSizes.at(-1) ?? 1) : size))
  const elements = Array.from({ length: countOf(sizes) }, (_, index) =>
    sampleElement(datatype, index, filling),
  )
  return { name, datatype, shape: sizes, elements }
}

function sampleElement(datatype: string, index: number, filling: Filling): Element {
  const step = filling === 'steps' ? (index % STEPS) + 1 : filling === 'ones' ? 1 : 0
  switch (kindOf(datatype)) {
    case 'boolean':
      return step % 2 === 1
    case 'float':
      return step / 2
    case 'bytes':
      return `text ${step}`
    default:
      return step
  }
}

/** The JSON body of an inference request, which a case then changes. */
export function bodyOf(sample: SampleRequest): { readonly inputs: readonly JsonInput[] } {
  return { inputs: sample.map(inputOf) }
}

export interface JsonInput {
  readonly [key: string]: JsonValue | undefined
  readonly name: string
  readonly shape: readonly JsonValue[]
  readonly datatype: string
  readonly data: readonly JsonValue[]
}

export function inputOf({ name, shape, datatype, elements }: SampleTensor): JsonInput {
  return { name, shape, datatype, data: elements }
}

/** Elements in arrays as deep as the shape. */
export function nested(elements: readonly Element[], shape: readonly number[]): readonly JsonValue[] {
  const [, ...inner] = shape
  if (inner.length === 0) return elements
  const size = countOf(inner)
  return Array.from({ length: shape[0] ?? 0 }, (_, index) =>
    nested(elements.slice(index * size, (index + 1) * size), inner),
  )
}

/**
 * The inputs of a JSON request that somebody wrote.
 * @throws ServingError INVALID_PARAMETER_VALUE where it is none
 */
export function readSampleRequest(text: string): SampleRequest {
  let body: unknown
  try {
    body = readExactJson(text)
  } catch {
    throw invalidParameter('it is not JSON')
  }
  const inputs = isRecord(body) ? body['inputs'] : undefined
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalidParameter('it has no "inputs"')
  return inputs.map(readSampleTensor)
}

function readSampleTensor(value: unknown): SampleTensor {
  if (!isRecord(value)) throw invalidParameter('an input is not an object')
  const { name, datatype, shape, data } = value
  if (
    typeof name !== 'string' ||
    typeof datatype !== 'string' ||
    !isShape(shape, 0) ||
    !Array.isArray(data)
  ) {
    throw invalidParameter('an input has not all of "name", "datatype", "shape" and "data"')
  }
  const elements: readonly unknown[] = data.flat(Number.POSITIVE_INFINITY)
  if (elements.length !== countOf(shape) || !elements.every((element) => isElement(datatype, element))) {
    throw invalidParameter(`the "data" of '${name}' is not ${countOf(shape)} elements of ${datatype}`)
  }
  return { name, datatype, shape, elements: elements.filter((element) => isElement(datatype, element)) }
}
