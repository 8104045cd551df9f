import { badRequest, notFound, type ServingError, unavailable } from '../../core/errors.ts'
import { smallReply } from '../../protocols/open-inference/grpc/small-replies.ts'
import { readHealthRequest } from '../../protocols/open-inference/grpc/small-requests.ts'
import { isServerReady } from '../open-inference/readiness.ts'
import type { GrpcService } from './grpc-service.ts'
import type { CallListener, GrpcCall } from './transport/grpc-call.ts'
import type { GrpcMethod } from './transport/grpc-method.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/** `HealthCheckResponse.ServingStatus` */
const STATUS = { serving: 1, notServing: 2, serviceUnknown: 3 } as const

/** Services that can be asked about; the empty name means the server. */
const SERVICES: ReadonlySet<string> = new Set(['', 'inference.GRPCInferenceService'])

/** How often those who watch are looked after. */
const WATCH_EVERY_MS = 250

/** gRPC's health checking protocol (grpc.health.v1). It follows the readiness of the server. */
export class HealthService {
  readonly #service: GrpcService
  readonly #watches = new Set<Watch>()
  #timer: NodeJS.Timeout | undefined

  constructor(service: GrpcService) {
    this.#service = service
  }

  methods(): [string, GrpcMethod][] {
    return [
      [
        '/grpc.health.v1.Health/Check',
        {
          kind: 'unary',
          open: true,
          answer: (request, message) => {
            this.#service.probed(true)
            const name = readHealthRequest(message)
            if (!SERVICES.has(name)) throw notFound(`There is no service '${name.slice(0, 200)}' here.`)
            request.answer(smallReply(this.statusOf(name), PREFIX_BYTES))
          },
        },
      ],
      ['/grpc.health.v1.Health/Watch', { kind: 'stream', begin: (call) => this.#watch(call) }],
    ]
  }

  statusOf(name: string): number {
    if (!SERVICES.has(name)) return STATUS.serviceUnknown
    const { options, registry } = this.#service.app
    return isServerReady(options.models, registry) ? STATUS.serving : STATUS.notServing
  }

  /** Tells those who watch at once. */
  look(): void {
    for (const watch of this.#watches) watch.look()
  }

  /** Ends what would never end by itself. */
  close(): void {
    for (const watch of this.#watches) watch.leave()
  }

  forget(watch: Watch): void {
    this.#watches.delete(watch)
    if (this.#watches.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #watch(call: GrpcCall): void {
    this.#service.probed(true)
    this.#watches.add(new Watch(call, this))
    this.#timer ??= setInterval(() => this.look(), WATCH_EVERY_MS).unref()
  }
}

/** Somebody who is told whenever a service's status changes. */
class Watch implements CallListener {
  readonly #call: GrpcCall
  readonly #health: HealthService
  #name: string | undefined
  #told: number | undefined

  constructor(call: GrpcCall, health: HealthService) {
    this.#call = call
    this.#health = health
    call.read(this)
    call.limitStalls()
  }

  message(message: Buffer): void {
    try {
      if (this.#name !== undefined) throw badRequest('The call has more than one message.')
      this.#name = readHealthRequest(message)
      this.look()
    } catch (error) {
      this.#call.finish(error as ServingError)
    }
  }

  /** The client has asked, and goes on listening. */
  end(): void {
    if (this.#name === undefined) this.#call.finish(badRequest('The call has no message.'))
  }

  gone(): void {
    this.#health.forget(this)
  }

  look(): void {
    if (this.#name === undefined) return
    const status = this.#health.statusOf(this.#name)
    if (status === this.#told) return
    this.#told = status
    this.#call.send(smallReply(status, PREFIX_BYTES))
  }

  /** The server stops. */
  leave(): void {
    this.#call.finish(unavailable('The server is shutting down'))
  }
}
