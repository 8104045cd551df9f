import { GrpcClient } from './grpc-client.ts'
import { mutatedMessage, soundMessages } from './mutated-message.ts'
import type { MutationPlan, Trial } from './mutation-run.ts'

/** `grpc.StatusCode` of a server that does not know what went wrong. */
const UNKNOWN = 2
const INTERNAL = 13
const OK = 0

/** Mutated gRPC calls to a server, and sound ones in between. */
export class GrpcMutations implements Pick<MutationPlan, 'trial' | 'stillSound'> {
  readonly #client: GrpcClient

  constructor(url: string) {
    this.#client = new GrpcClient(url)
  }

  readonly trial: Trial = async (random) => {
    const request = mutatedMessage(random)
    const { status, message, httpStatus, resetCode } = await this.#client.send(request)
    const kind = status === undefined ? `HTTP ${httpStatus}, reset ${resetCode}` : String(status)
    const isFault = status === UNKNOWN || status === INTERNAL || httpStatus >= 500
    return { kind, fault: isFault ? `${request.path}: ${kind} ${message.slice(0, 300)}` : undefined }
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
