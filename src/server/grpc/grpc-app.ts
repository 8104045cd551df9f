import { ApiKeys } from '../api-keys.ts'
import type { App } from '../app.ts'
import { DEFAULT_LIMITS, type ServerLimits } from '../server-options.ts'
import { GrpcInference } from './grpc-inference.ts'
import { GrpcService, INFERENCE } from './grpc-service.ts'
import { HealthService } from './health-methods.ts'
import { InferStream } from './infer-stream.ts'
import { infoMethods } from './info-methods.ts'
import { ReflectionService } from './reflection-methods.ts'
import { repositoryMethods } from './repository-methods.ts'
import type { GrpcCall } from './transport/grpc-call.ts'
import { GrpcGate } from './transport/grpc-gate.ts'
import type { GrpcMethod } from './transport/grpc-method.ts'
import { GrpcServer } from './transport/grpc-server.ts'

const STREAM_PATH = `${INFERENCE}ModelStreamInfer`

/** The server's models over gRPC, built and not yet listening. Shares with HTTP what is counted, bounded and logged. */
export class GrpcApp {
  readonly server: GrpcServer
  readonly #health: HealthService
  readonly #reflection: ReflectionService
  readonly #streams = new Set<InferStream>()
  readonly #gate: GrpcGate
  readonly #inference: GrpcInference
  readonly #limits: ServerLimits

  /** @throws ServingError when a certificate cannot be read. */
  constructor(app: App) {
    const { options, registry, bodies, codecs, rollouts } = app
    const { models, dataPlane, apiKeys } = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#gate = new GrpcGate(registry, apiKeys?.length ? new ApiKeys(apiKeys) : undefined)
    this.#inference = new GrpcInference({ models, dataPlane, codecs, rollouts })
    const service = new GrpcService(app)
    this.#health = new HealthService(service)
    this.#reflection = new ReflectionService(service, this.#gate)
    const methods = new Map<string, GrpcMethod>([
      ...this.#inferMethods(),
      ...infoMethods(service),
      ...repositoryMethods(service),
      ...this.#health.methods(),
      ...this.#reflection.methods(),
    ])
    this.server = new GrpcServer({ gate: this.#gate, methods, bodies, limits: this.#limits, tls: options })
  }

  /** Tells those who watch, and clients to go elsewhere with their next calls; whoever comes is answered. */
  depart(): void {
    this.#health.look()
    this.server.sendAway()
  }

  /** Ends what would go on for as long as its client likes, and lets the rest finish. */
  leave(): void {
    this.#health.look()
    this.#health.close()
    this.#reflection.close()
    for (const stream of this.#streams) stream.leave()
    this.server.sendAway()
  }

  #inferMethods(): [string, GrpcMethod][] {
    const inference = this.#inference
    return [
      [
        `${INFERENCE}ModelInfer`,
        { kind: 'unary', answer: (request, message) => inference.answer(request, message) },
      ],
      [STREAM_PATH, { kind: 'stream', begin: (call) => this.#streamed(call) }],
    ]
  }

  #streamed(call: GrpcCall): void {
    const { requestTimeoutMs } = this.#limits
    const stream = new InferStream(call, {
      ...{ gate: this.#gate, inference: this.#inference, path: STREAM_PATH, requestTimeoutMs },
      onGone: () => this.#streams.delete(stream),
    })
    this.#streams.add(stream)
  }
}
