import {
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader'
import { onTestFinished } from 'vitest'
import { MESSAGES } from '../../../src/conformance/grpc/messages.ts'
import type { Element } from '../../../src/conformance/wire/element-types.ts'
import { countOf, ELEMENT_TYPES } from '../../../src/conformance/wire/element-types.ts'
import { bytesOfElements } from '../../../src/conformance/wire/tensor-bytes.ts'
import { binaryElements, boundInputs, check, Refusal, TINY_MODELS, type TinyTensor } from './tiny-model.ts'
import { EXTENSIONS } from './tiny-server.ts'

/** Anything that protobuf made of bytes. */
export type Message = Readonly<Record<string, unknown>>

/** Something that a server does wrong, by the name of the method. A stream asks for each of its messages. */
export type GrpcFault = (method: string, request: Message, right: (instead?: Message) => Message) => Message

/** A failed call. */
export class GrpcFailure extends Error {
  readonly code: number

  constructor(code: number) {
    super('no')
    this.code = code
  }
}

const NOT_FOUND = 5
const INVALID_ARGUMENT = 3
const SERVICES = [
  'inference.GRPCInferenceService',
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
]
const STREAMS = ['ModelStreamInfer', 'ServerReflectionInfo']

/** The tiny server over gRPC, right but for its fault. */
export class TinyGrpcServer {
  readonly #fault: GrpcFault
  readonly #server = new Server()
  #inferences = 0

  constructor(fault: GrpcFault = (_method, _request, right) => right()) {
    this.#fault = fault
  }

  /** Until the test ends; resolves to its address. */
  async start(): Promise<string> {
    const definitions = fromJSON(MESSAGES, { keepCase: true, longs: String, defaults: true })
    for (const service of SERVICES) {
      const definition = definitions[service] as ServiceDefinition
      const handlers = Object.keys(definition).map((name) => [name, this.#handler(name)] as const)
      this.#server.addService(definition, Object.fromEntries(handlers))
    }
    onTestFinished(() => this.#server.forceShutdown())
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      )
    })
    return `127.0.0.1:${port}`
  }

  #handler(method: string): UntypedHandleCall {
    if (STREAMS.includes(method)) return this.#stream(method)
    return (call: { request: Message }, done: (error: object | null, message?: Message) => void) => {
      try {
        done(null, this.#answer(method, call.request))
      } catch (error) {
        done({ code: error instanceof GrpcFailure ? error.code : INVALID_ARGUMENT, details: String(error) })
      }
    }
  }

  #stream(method: string): handleBidiStreamingCall<Message, Message> {
    return (call) => {
      call.on('data', (request: Message) => {
        try {
          call.write(this.#answer(method, request))
        } catch (error) {
          call.write({ error_message: String(error) })
        }
      })
      call.on('end', () => call.end())
    }
  }

  #answer(method: string, request: Message): Message {
    return this.#fault(method, request, (instead = request) => this.#right(method, instead))
  }

  #right(method: string, request: Message): Message {
    const name = String(request['name'] ?? request['model_name'] ?? '')
    switch (method) {
      case 'ServerLive':
        return { live: true }
      case 'ServerReady':
        return { ready: true }
      case 'ModelReady':
        return { ready: name in TINY_MODELS }
      case 'ServerMetadata':
        return { name: 'tiny', version: '1', extensions: EXTENSIONS }
      case 'ModelMetadata':
        return { name, versions: ['1'], platform: 'tiny', ...modelOf(name) }
      case 'ModelInfer':
        return this.#infer(name, request)
      case 'ModelStreamInfer':
        return { error_message: '', infer_response: this.#infer(name, request) }
      case 'ModelStatistics':
        return { model_stats: [{ name, version: '1', inference_count: this.#inferences }] }
      case 'ModelConfig':
        return { config: { name } }
      case 'RepositoryIndex':
        return {
          models: Object.keys(TINY_MODELS).map((model) => ({ name: model, version: '1', state: 'READY' })),
        }
      case 'Check':
        if (request['service'] !== '') throw new GrpcFailure(NOT_FOUND)
        return { status: 1 }
      default:
        return { list_services_response: { service: SERVICES.map((service) => ({ name: service })) } }
    }
  }

  #infer(name: string, request: Message): Message {
    const version = String(request['model_version'])
    if (version !== '' && version !== '1') throw new GrpcFailure(NOT_FOUND)
    const model = modelOf(name)
    const outputs = chosen(request, model.run(boundInputs(model, inputsOf(request))))
    this.#inferences++
    return {
      model_name: name,
      model_version: '1',
      id: request['id'],
      outputs: outputs.map(({ elements, ...described }) => described),
      raw_output_contents: outputs.map(({ datatype, elements }) => bytesOfElements(datatype, elements)),
    }
  }
}

function modelOf(name: string) {
  const model = TINY_MODELS[name]
  if (model === undefined) throw new GrpcFailure(NOT_FOUND)
  return model
}

function inputsOf(request: Message): readonly TinyTensor[] {
  const inputs = request['inputs'] as readonly Message[]
  const raw = request['raw_input_contents'] as readonly Uint8Array[]
  check(raw.length === 0 || raw.length === inputs.length, 'raw contents are not as many as inputs')
  return inputs.map((input, index) => {
    const datatype = String(input['datatype'])
    check(datatype in ELEMENT_TYPES, 'unknown datatype')
    const shape = (input['shape'] as readonly string[]).map(Number)
    check(
      shape.every((size) => size >= 0),
      'a negative dimension',
    )
    const contents = (input['contents'] ?? undefined) as Message | undefined
    const bytes = raw[index]
    check(bytes === undefined || contents === undefined, 'both raw and typed contents')
    const elements =
      bytes === undefined ? typed(datatype, contents ?? {}) : binaryElements(datatype, bytes, countOf(shape))
    return { name: String(input['name']), datatype, shape, elements }
  })
}

function typed(datatype: string, contents: Message): readonly Element[] {
  const field =
    { FP32: 'fp32_contents', INT64: 'int64_contents', BOOL: 'bool_contents' }[datatype] ?? 'bytes_contents'
  return ((contents[field] ?? []) as readonly (Element | Uint8Array)[]).map((value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
    return datatype === 'INT64' ? Number(value) : value
  })
}

function chosen(request: Message, outputs: readonly TinyTensor[]): readonly TinyTensor[] {
  const wanted = (request['outputs'] as readonly Message[]).map(({ name }) => name)
  if (wanted.length === 0) return outputs
  return wanted.map((name) => {
    const found = outputs.find((output) => output.name === name)
    if (found === undefined) throw new Refusal('unknown output')
    return found
  })
}
