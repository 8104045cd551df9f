import { EventEmitter } from 'node:events'
import type { MethodDefinition } from '@grpc/proto-loader'
import { badRequest, internalError, unavailable } from '../../core/errors.ts'
import type { GrpcService } from './grpc-service.ts'
import type { CallListener, GrpcCall } from './transport/grpc-call.ts'
import type { GrpcGate } from './transport/grpc-gate.ts'
import type { GrpcMethod } from './transport/grpc-method.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

const METHOD = 'ServerReflectionInfo'
const PATHS = [
  `/grpc.reflection.v1.ServerReflection/${METHOD}`,
  `/grpc.reflection.v1alpha.ServerReflection/${METHOD}`,
]

type Definition = MethodDefinition<object, object>

/** What `@grpc/reflection` takes for the stream of a call. */
interface ReflectionStream {
  on(event: string, listener: (message: object) => void): unknown
  write(reply: object): void
  end(): void
}

interface Reflection {
  readonly definition: Definition
  readonly handle: (stream: ReflectionStream) => void
}

type Reflections = ReadonlyMap<string, Reflection>

/** gRPC's server reflection, v1 and v1alpha, by which tools find out what they can call. */
export class ReflectionService {
  readonly #service: GrpcService
  readonly #gate: GrpcGate
  readonly #calls = new Set<ReflectionCall>()
  #reflections: Promise<Reflections> | undefined

  constructor(service: GrpcService, gate: GrpcGate) {
    this.#service = service
    this.#gate = gate
  }

  methods(): [string, GrpcMethod][] {
    return PATHS.map((path) => [path, { kind: 'stream', begin: (call) => this.#begin(call, path) }])
  }

  /** Ends what would not end by itself. */
  close(): void {
    for (const call of this.#calls) call.leave()
  }

  forget(call: ReflectionCall): void {
    this.#calls.delete(call)
  }

  #begin(call: GrpcCall, path: string): void {
    const reflecting = new ReflectionCall(call, this)
    this.#calls.add(reflecting)
    const { registry } = this.#service.app
    const request = this.#gate.open(path, call.headers, {
      answered: () => {},
      failed: (_, error) => call.finish(error),
    })
    try {
      this.#gate.apiKeyOf(call.headers)
      request.answer(Buffer.alloc(PREFIX_BYTES))
    } catch (error) {
      request.fail(error)
      return
    }
    if (registry.draining) call.finish(unavailable('The server is shutting down'))
    else this.#connect(reflecting, call, path)
  }

  #connect(reflecting: ReflectionCall, call: GrpcCall, path: string): void {
    this.#reflections ??= this.#load()
    this.#reflections
      .then((reflections) => reflecting.connect(reflections.get(path)))
      .catch((error: unknown) => {
        this.#reflections = undefined
        this.#service.app.options.logger.error({ err: error }, 'reflection cannot be answered')
        call.finish(internalError('Internal server error; the log has it.'))
      })
  }

  async #load(): Promise<Reflections> {
    const [{ ReflectionService: Known }, { withMapEntries }, { definition }] = await Promise.all([
      import('@grpc/reflection'),
      import('../../protocols/open-inference/grpc/map-entries.ts'),
      this.#service.messages(),
    ])
    const reflections = new Map<string, Reflection>()
    const addService = (service: object, implementation: object): void => {
      const methods = service as Readonly<Record<string, Definition & { readonly path: string }>>
      const handlers = implementation as Readonly<Record<string, Reflection['handle']>>
      const method = methods[METHOD]!
      reflections.set(method.path, { definition: method, handle: handlers[METHOD]! })
    }
    new Known(withMapEntries(definition)).addToServer({ addService })
    return reflections
  }
}

/** One call, between its bytes and the objects that the package knows. */
class ReflectionCall implements CallListener, ReflectionStream {
  readonly #call: GrpcCall
  readonly #service: ReflectionService
  readonly #events = new EventEmitter()
  #definition: Definition | undefined

  constructor(call: GrpcCall, service: ReflectionService) {
    this.#call = call
    this.#service = service
    call.pause()
    call.read(this)
    call.limitStalls()
  }

  connect(reflection: Reflection | undefined): void {
    if (reflection === undefined) throw internalError('This is a bug: the package does not answer this path')
    this.#definition = reflection.definition
    reflection.handle(this)
    this.#call.resume()
  }

  message(message: Buffer): void {
    if (this.#definition === undefined || this.#call.isOver) return
    let question: object
    try {
      question = this.#definition.requestDeserialize(message)
    } catch {
      this.#call.finish(badRequest('The message is not a valid protocol buffer.'))
      return
    }
    this.#call.letGo(message.length + PREFIX_BYTES)
    this.#events.emit('data', question)
  }

  end(): void {
    this.#call.finish(undefined)
  }

  on(event: string, listener: (message: object) => void): void {
    this.#events.on(event, listener)
  }

  write(reply: object): void {
    const bytes = this.#definition!.responseSerialize(reply)
    if (this.#call.send(Buffer.concat([Buffer.alloc(PREFIX_BYTES), bytes]))) return
    this.#call.pause()
    this.#call.onceDrained(() => this.#call.resume())
  }

  gone(): void {
    this.#service.forget(this)
  }

  leave(): void {
    this.#call.finish(unavailable('The server is shutting down'))
  }
}
