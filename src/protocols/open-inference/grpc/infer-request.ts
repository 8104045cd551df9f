import { badRequest, invalidParameter } from '../../../core/errors.ts'
import type { Parameters, ParameterValue } from '../../../core/inference.ts'
import { shortened } from '../../../core/shortened.ts'
import { binaryTensor } from '../binary-tensor.ts'
import type { GivenRequest, GivenTensor, WantedOutput } from '../given-request.ts'
import { checkedCount } from '../tensor-shape.ts'
import { isWireDatatype, type WireDatatype } from '../wire-datatype.ts'
import { NO_PARAMETERS, readParameter } from './infer-parameters.ts'
import { tensorOfContents } from './read-contents.ts'
import { WIRE, WireReader } from './wire-reader.ts'

/** A `ModelInferRequest`. */
export interface GrpcInferRequest {
  readonly modelName: string
  /** Empty where the client leaves it to the server. */
  readonly modelVersion: string
  readonly given: GivenRequest
  /** The reply's tensors are wanted as bytes: those of the request were not sent as typed contents. */
  readonly raw: boolean
}

/** Of inputs, wanted outputs and raw contents each: a few bytes of the message make an object of each. */
const MOST_TENSORS = 16_384
const MOST_DIMENSIONS = 64

/** An input of which all is known but its values. */
interface Input {
  name: string
  datatype: string
  readonly shape: number[]
  /** A message may come in parts, which belong together (Protocol Buffers, "Last One Wins"). */
  readonly contents: WireReader[]
}

/**
 * Reads the bytes of a `ModelInferRequest`. Raw contents become views of them where they are aligned.
 * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE
 */
export function decodeInferRequest(message: Buffer): GrpcInferRequest {
  const draft = new RequestDraft()
  const reader = new WireReader(message)
  while (reader.next()) draft.read(reader)
  return draft.finish()
}

class RequestDraft {
  #modelName = ''
  #modelVersion = ''
  #id = ''
  #parameters: Map<string, ParameterValue> | undefined
  readonly #inputs: Input[] = []
  readonly #outputs: WantedOutput[] = []
  readonly #raw: Buffer[] = []

  read(reader: WireReader): void {
    switch (reader.field) {
      case 1:
        this.#modelName = reader.text()
        break
      case 2:
        this.#modelVersion = reader.text()
        break
      case 3:
        this.#id = reader.text()
        break
      case 4:
        this.#parameters ??= new Map()
        readParameter(reader.message(), this.#parameters)
        break
      case 5:
        expectRoom(this.#inputs)
        this.#inputs.push(readInput(reader.message()))
        break
      case 6:
        expectRoom(this.#outputs)
        this.#outputs.push(readOutput(reader.message()))
        break
      case 7:
        expectRoom(this.#raw)
        this.#raw.push(reader.octets())
        break
      default:
        reader.skip()
    }
  }

  finish(): GrpcInferRequest {
    const typed = this.#inputs.some(hasContents)
    return {
      modelName: this.#modelName,
      modelVersion: this.#modelVersion,
      given: {
        id: this.#id === '' ? undefined : this.#id,
        parameters: this.#parameters ?? NO_PARAMETERS,
        inputs: this.#raw.length > 0 ? this.#rawTensors(typed) : this.#inputs.map(typedTensor),
        outputs: this.#outputs,
        binaryOutputs: true,
      },
      raw: !typed,
    }
  }

  #rawTensors(typed: boolean): GivenTensor[] {
    if (typed) {
      throw invalidParameter(
        'Tensors are either all in raw_input_contents or all in the contents of their inputs.',
      )
    }
    const { length } = this.#inputs
    if (this.#raw.length !== length) {
      throw invalidParameter(`There are ${length} inputs and ${this.#raw.length} raw_input_contents.`)
    }
    return this.#inputs.map((input, index) => {
      const { name, shape } = input
      const datatype = datatypeOf(input)
      return { name, datatype, tensor: binaryTensor({ name, datatype, shape, bytes: this.#raw[index]! }) }
    })
  }
}

function expectRoom(list: readonly unknown[]): void {
  if (list.length >= MOST_TENSORS)
    throw badRequest(`A request may have ${MOST_TENSORS} inputs and outputs each.`)
}

function hasContents({ contents }: Input): boolean {
  return contents.some(({ at, end }) => end > at)
}

function typedTensor(input: Input): GivenTensor {
  const datatype = datatypeOf(input)
  const { name, shape, contents } = input
  const tensor = tensorOfContents({ name, shape, datatype, count: checkedCount(name, shape) }, contents)
  return { name, datatype, tensor }
}

function datatypeOf({ name, datatype }: Input): WireDatatype {
  if (isWireDatatype(datatype)) return datatype
  throw invalidParameter(
    `The input '${shortened(name)}' has the datatype '${shortened(datatype)}', which the protocol does not have.`,
  )
}

function readInput(reader: WireReader): Input {
  const input: Input = { name: '', datatype: '', shape: [], contents: [] }
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        input.name = reader.text()
        break
      case 2:
        input.datatype = reader.text()
        break
      case 3:
        readShape(reader, input.shape)
        break
      case 4:
        refuseSharedMemory(readParameters(reader.message()))
        break
      case 5:
        expectRoom(input.contents)
        input.contents.push(reader.message())
        break
      default:
        reader.skip()
    }
  }
  return input
}

/** Packed, or one number after the other: either has to be understood. */
function readShape(reader: WireReader, shape: number[]): void {
  if (reader.wire === WIRE.bytes) {
    const packed = reader.message()
    while (packed.at < packed.end) pushDimension(packed, shape)
  } else {
    reader.expect(WIRE.varint)
    pushDimension(reader, shape)
  }
}

function pushDimension(reader: WireReader, shape: number[]): void {
  if (shape.length >= MOST_DIMENSIONS) throw badRequest(`A shape may have ${MOST_DIMENSIONS} dimensions.`)
  shape.push(reader.size())
}

function readOutput(reader: WireReader): WantedOutput {
  let name = ''
  let classes = 0
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) {
      const parameters = readParameters(reader.message())
      refuseSharedMemory(parameters)
      classes = classesOf(parameters) ?? classes
    } else reader.skip()
  }
  return { name, binary: true, classes }
}

function readParameters(entry: WireReader): Parameters {
  const parameters = new Map<string, ParameterValue>()
  readParameter(entry, parameters)
  return parameters
}

/** Triton's classification extension. */
function classesOf(parameters: Parameters): number | undefined {
  const classes = parameters.get('classification')
  if (classes === undefined) return undefined
  if (typeof classes === 'bigint' && classes >= 0n) return Number(classes)
  throw invalidParameter("The parameter 'classification' of an output must be a whole number from 0 up.")
}

function refuseSharedMemory(parameters: Parameters): void {
  for (const name of parameters.keys()) {
    if (name.startsWith('shared_memory_')) {
      throw invalidParameter(`Shared memory is not supported: '${shortened(name)}' cannot be used.`)
    }
  }
}
