import { badRequest } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import type { Tensor } from '../../../core/tensor.ts'
import { binaryTensor } from '../binary-tensor.ts'
import type { GivenRequest, GivenTensor, WantedOutput } from '../given-request.ts'
import { quoted } from '../quoted.ts'
import { isWireDatatype, type WireDatatype } from '../wire-datatype.ts'
import type { JsonDocument, JsonObject } from './json-document.ts'
import { jsonTensor } from './json-tensor.ts'
import { readParameters } from './read-parameters.ts'

/** More inputs, or outputs, than a model has. */
const MAX_TENSORS = 10_000
/** Longest name of an input or an output, in UTF-16 units. */
const MAX_NAME = 4_096

const NO_BYTES = new Uint8Array(0)

/** Reads one request: its JSON, and the binary tensors that follow it. */
export class RequestReader {
  readonly #json: JsonObject
  readonly #isExact: boolean
  readonly #binary: Uint8Array | undefined
  /** Bytes of `#binary` that belong to inputs read so far. */
  #taken = 0

  constructor({ value, isExact }: JsonDocument, binary: Uint8Array | undefined) {
    this.#json = value
    this.#isExact = isExact
    this.#binary = binary
  }

  /** @throws ServingError BAD_REQUEST; DigitsLost */
  read(): GivenRequest {
    const parameters = readParameters(this.#json['parameters'], this.#isExact)
    const binaryOutputs = booleanOf(parameters.get('binary_data_output'), 'binary_data_output')
    const inputs = listOf(this.#json, 'inputs').map((input) => this.#input(input))
    this.#checkRest()
    const outputs = listOf(this.#json, 'outputs').map((output) => wantedOutput(output, binaryOutputs))
    return { id: idOf(this.#json), parameters, inputs, outputs, binaryOutputs }
  }

  #input(json: unknown): GivenTensor {
    const input = objectOf(json, 'input')
    const name = nameOf(input, 'input')
    const datatype = datatypeOf(input, name)
    return { name, datatype, tensor: this.#tensor(input, name, datatype) }
  }

  #tensor(input: JsonObject, name: string, datatype: WireDatatype): Tensor {
    const shape = shapeOf(input, name)
    const size = binarySize(input, name)
    if (size === undefined) return jsonTensor({ name, datatype, shape, data: input['data'] }, this.#isExact)
    if (isGiven(input['data'])) {
      throw badRequest(`Input ${quoted(name)} has both 'data' and 'binary_data_size'.`, { input: name })
    }
    return binaryTensor({ name, datatype, shape, bytes: this.#take(name, size) })
  }

  #take(name: string, size: number): Uint8Array {
    // KServe's client says nothing of where they begin when there are none.
    if (size === 0) return NO_BYTES
    if (this.#binary === undefined) {
      throw badRequest(
        `Input ${quoted(name)} has 'binary_data_size', but the request has no header Inference-Header-Content-Length to ` +
          'say where its binary data begin.',
        { input: name },
      )
    }
    const start = this.#taken
    this.#taken += size
    if (this.#taken > this.#binary.length) {
      throw badRequest(
        `Input ${quoted(name)} has a 'binary_data_size' of ${size}; the body has ${this.#binary.length - start} bytes ` +
          'left for it.',
        { input: name },
      )
    }
    return this.#binary.subarray(start, this.#taken)
  }

  #checkRest(): void {
    if (this.#binary === undefined || this.#taken === this.#binary.length) return
    throw badRequest(
      `The body has ${this.#binary.length} bytes of binary data; its inputs have ${this.#taken} by their ` +
        "'binary_data_size'.",
    )
  }
}

/** Clients that write all fields of a message write null for those that are not there. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function idOf({ id }: JsonObject): string | undefined {
  if (!isGiven(id)) return undefined
  if (typeof id === 'string') return id
  throw badRequest("The 'id' of a request must be a string.")
}

function listOf(json: JsonObject, key: 'inputs' | 'outputs'): readonly unknown[] {
  const list = json[key]
  if (key === 'outputs' && !isGiven(list)) return []
  if (!Array.isArray(list)) throw badRequest(`The request needs '${key}', a list.`)
  if (list.length > MAX_TENSORS) throw badRequest(`The request has more than ${MAX_TENSORS} ${key}.`)
  return list
}

function objectOf(json: unknown, what: string): JsonObject {
  if (isRecord(json)) return json
  throw badRequest(`Each ${what} must be an object.`)
}

function nameOf(json: JsonObject, what: string): string {
  const { name } = json
  if (typeof name !== 'string') throw badRequest(`Each ${what} needs a 'name', a string.`)
  if (name.length > MAX_NAME)
    throw badRequest(`The name of an ${what} is longer than ${MAX_NAME} characters.`)
  return name
}

function datatypeOf({ datatype }: JsonObject, name: string): WireDatatype {
  if (typeof datatype === 'string' && isWireDatatype(datatype)) return datatype
  const found = typeof datatype === 'string' ? `; there is no ${quoted(datatype)}` : ''
  throw badRequest(`Input ${quoted(name)} needs a 'datatype' of the protocol, such as FP32${found}.`, {
    input: name,
  })
}

function shapeOf({ shape }: JsonObject, name: string): readonly number[] {
  if (Array.isArray(shape) && shape.every((dim) => typeof dim === 'number')) return shape
  throw badRequest(`Input ${quoted(name)} needs a 'shape', a list of whole numbers.`, { input: name })
}

function binarySize(input: JsonObject, name: string): number | undefined {
  const parameters = tensorParameters(input, name)
  const size = parameters?.['binary_data_size']
  if (!isGiven(size)) return undefined
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
  throw badRequest(`The 'binary_data_size' of input ${quoted(name)} must be a number of bytes.`, {
    input: name,
  })
}

function tensorParameters({ parameters }: JsonObject, name: string): JsonObject | undefined {
  if (!isGiven(parameters)) return undefined
  if (!isRecord(parameters)) throw badRequest(`The 'parameters' of ${quoted(name)} must be an object.`)
  if (isGiven(parameters['shared_memory_region'])) {
    throw badRequest(`${quoted(name)} is to be in shared memory, which this server does not have.`)
  }
  return parameters
}

function wantedOutput(json: unknown, binaryOutputs: boolean): WantedOutput {
  const output = objectOf(json, 'output')
  const name = nameOf(output, 'output')
  const parameters = tensorParameters(output, name)
  if (parameters === undefined) return { name, binary: binaryOutputs, classes: 0 }
  const binary = parameters['binary_data']
  return {
    name,
    binary: isGiven(binary) ? booleanOf(binary, 'binary_data') : binaryOutputs,
    classes: classesOf(parameters, name),
  }
}

function classesOf({ classification }: JsonObject, name: string): number {
  if (!isGiven(classification)) return 0
  if (typeof classification === 'number' && Number.isSafeInteger(classification) && classification >= 0) {
    return classification
  }
  throw badRequest(`The 'classification' of output ${quoted(name)} must be a whole number, 0 or more.`)
}

function booleanOf(value: unknown, name: string): boolean {
  if (!isGiven(value)) return false
  if (typeof value === 'boolean') return value
  throw badRequest(`The parameter '${name}' must be true or false.`)
}
