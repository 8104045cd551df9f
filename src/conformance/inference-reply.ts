import { isRecord } from '../core/record.ts'
import { isShape } from './tensor-description.ts'
import { fail, must } from './verdict.ts'
import { countOf, ELEMENT_TYPES, type Element, isElement } from './wire/element-types.ts'
import {
  headerOf,
  type JsonObject,
  listMember,
  mustSucceed,
  objectOf,
  textMember,
} from './wire/read-answer.ts'
import type { RestAnswer } from './wire/rest-peer.ts'
import { elementsOfBytes } from './wire/tensor-bytes.ts'

export interface ReplyTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly elements: readonly Element[]
  /** It came as bytes after the JSON. */
  readonly binary: boolean
}

export interface InferenceReply {
  readonly modelName: string | undefined
  readonly modelVersion: string | undefined
  readonly id: string | undefined
  readonly outputs: readonly ReplyTensor[]
}

/** A reply of either form, checked: every tensor has as many elements of its datatype as its shape says. */
export function readInferenceReply(answer: RestAnswer): InferenceReply {
  mustSucceed(answer)
  const headerLength = headerLengthOf(answer)
  const body = objectOf(answer.body.subarray(0, headerLength))
  const bytes = new BinaryPart(answer.body.subarray(headerLength))
  const outputs = listMember(body, 'outputs').map((output) => readOutput(output, bytes))
  bytes.mustBeUsedUp()
  return {
    modelName: optionalText(body, 'model_name'),
    modelVersion: optionalText(body, 'model_version'),
    id: optionalText(body, 'id'),
    outputs,
  }
}

/** Bytes of JSON at the beginning of the body. */
function headerLengthOf(answer: RestAnswer): number {
  const text = headerOf(answer, 'inference-header-content-length')
  if (text === undefined) return answer.body.byteLength
  const length = Number(text)
  must(
    /^\d+$/.test(text) && length <= answer.body.byteLength,
    'Inference-Header-Content-Length must be the length of the JSON in the body',
    text,
  )
  return length
}

/** Fields that are left out, or null in what some libraries write for that. */
function optionalText(body: JsonObject, name: string): string | undefined {
  return body[name] === undefined || body[name] === null ? undefined : textMember(body, name)
}

/** What comes after the JSON; tensors take their bytes in turn. */
class BinaryPart {
  #rest: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#rest = bytes
  }

  take(size: number, name: string): Uint8Array {
    const { byteLength } = this.#rest
    if (size > byteLength) fail(`${name} has a binary_data_size of ${size}, but ${byteLength} bytes are left`)
    const taken = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(size)
    return taken
  }

  mustBeUsedUp(): void {
    const { byteLength } = this.#rest
    must(byteLength === 0, `the body must end after the last binary tensor, but ${byteLength} bytes follow`)
  }
}

function readOutput(value: unknown, bytes: BinaryPart): ReplyTensor {
  must(isRecord(value), 'an output must be an object', value)
  const name = textMember(value, 'name')
  const datatype = textMember(value, 'datatype')
  must(datatype in ELEMENT_TYPES, `the "datatype" of ${name} must be one of the protocol`, datatype)
  const { shape } = value
  must(isShape(shape, 0), `the "shape" of ${name} must be whole numbers from 0 up`, shape)
  const size = binarySizeOf(value)
  const elements =
    size === undefined
      ? jsonElements({ name, datatype, shape }, value['data'])
      : elementsOfBytes(datatype, bytes.take(size, name), countOf(shape))
  return { name, datatype, shape, elements, binary: size !== undefined }
}

function binarySizeOf(output: JsonObject): number | undefined {
  const { parameters } = output
  const size = isRecord(parameters) ? parameters['binary_data_size'] : undefined
  if (size === undefined) return undefined
  must(
    typeof size === 'number' && Number.isSafeInteger(size) && size >= 0,
    'binary_data_size must be a size',
    size,
  )
  return size
}

interface Described {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

function jsonElements({ name, datatype, shape }: Described, data: unknown): readonly Element[] {
  must(Array.isArray(data), `the "data" of ${name} must be an array`, data)
  const elements: readonly unknown[] = data.flat(Number.POSITIVE_INFINITY)
  const expected = countOf(shape)
  must(
    elements.length === expected,
    `${name} of shape [${shape}] must have ${expected} elements`,
    elements.length,
  )
  return elements.map((element) => {
    must(isElement(datatype, element), `an element of ${name} must be one of ${datatype}`, element)
    return element
  })
}
