import type { ProtoMessages } from '../../protocols/open-inference/grpc/proto-messages.ts'
import type { App } from '../app.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/** Of the inference service, before the name of a method. */
export const INFERENCE = '/inference.GRPCInferenceService/'

/** What the methods share that are not for inference. */
export class GrpcService {
  readonly app: App
  #messages: Promise<ProtoMessages> | undefined

  constructor(app: App) {
    this.app = app
  }

  /** The protocol's definition, loaded when it is first asked for. */
  messages(): Promise<ProtoMessages> {
    this.#messages ??= import('../../protocols/open-inference/grpc/proto-messages.ts').then(
      ({ ProtoMessages }) => ProtoMessages.load(),
    )
    return this.#messages
  }

  /** The bytes of a method's reply, with room for a prefix in front. */
  async reply(method: string, reply: object): Promise<Buffer> {
    return (await this.messages()).encodeReply(method, reply, PREFIX_BYTES)
  }

  /** Counts a question how the server is, which is no request that somebody would miss. */
  probed(aboutReadiness: boolean): void {
    const { probes, registry } = this.app
    probes.count += 1
    if (!aboutReadiness) return
    probes.readyAskedAt = performance.now()
    if (registry.draining) probes.toldDraining = true
  }
}
