import { GrpcClient, type GrpcReply } from './grpc-client.ts'
import { type GrpcRequest, mutatedMessage, soundMessages } from './mutated-message.ts'
import type { MutationPlan, Trial } from './mutation-run.ts'

/** `grpc.StatusCode` of a server that does not know what went wrong. */
const UNKNOWN = 2
const INTERNAL = 13
const OK = 0

/** Not a gRPC request by its content type (gRPC over HTTP/2, "Requests"). */
const UNSUPPORTED_MEDIA_TYPE = 415

function isFault({ headers }: GrpcRequest, { status, httpStatus }: GrpcReply): boolean {
  if (status !== undefined) return status === UNKNOWN || status === INTERNAL
  return httpStatus !== UNSUPPORTED_MEDIA_TYPE && headers['content-length'] === undefined
}

/** Mutated gRPC calls to a server, and sound ones in between. */
export class GrpcMutations implements Pick<MutationPlan, 'trial' | 'stillSound'> {
  readonly #client: GrpcClient

  constructor(url: string) {
    this.#client = new GrpcClient(url)
  }

  readonly trial: Trial = async (random) => {
    const request = mutatedMessage(random)
    const reply = await this.#client.send(request)
    const { status, message, httpStatus } = reply
    const kind = status === undefined ? `HTTP ${httpStatus}` : String(status)
    return {
      kind,
      fault: isFault(request, reply) ? `${request.path}: ${kind} ${message.slice(0, 300)}` : undefined,
    }
  }

  readonly stillSound = async (): Promise<void> => {
    const replies = await Promise.all(soundMessages().map((message) => this.#client.send(message)))
    for (const [index, { status, message, resetCode }] of replies.entries()) {
      if (status === OK) continue
      throw new Error(`Sound message ${index} is answered ${status} (reset ${resetCode}): ${message}`)
    }
  }

  close(): void {
    this.#client.close()
  }
}
