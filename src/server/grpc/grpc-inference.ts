import { newTiming } from '../../core/timing.ts'
import {
  decodeInferRequest,
  type GrpcInferRequest,
} from '../../protocols/open-inference/grpc/infer-request.ts'
import { encodeInferReply, type GrpcInferReply } from '../../protocols/open-inference/grpc/infer-response.ts'
import type { DecodedInfer } from '../../protocols/open-inference/open-inference-codec.ts'
import { refusalError } from '../../runtime/admission/refusal.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import { LoopTurn } from '../loop-turn.ts'
import { findModel } from '../model-requests.ts'
import type { ModelCodecs } from '../open-inference/model-codecs.ts'
import type { InferencePlane, ServedModels } from '../server-options.ts'
import type { GrpcRequest } from './transport/grpc-request.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/**
 * Of the time to the deadline of a request to an inline model, the part that it may have waited in its socket: what
 * was read later has to wait about as long again for the rest of its turn, the runs and the replies.
 */
const MOST_LAG = 1 / 3
const MICROSECONDS = 1000

/** What is between a call and its inference. */
export interface InferDialogue {
  /** Told of the request when it has been read. */
  read(given: GrpcInferRequest): void
  /** The bytes of the answer, with room for a prefix in front. */
  write(reply: GrpcInferReply): Buffer
}

/** A call of one request and its answer. */
const UNARY: InferDialogue = {
  read() {},
  write: (reply) => encodeInferReply(reply, PREFIX_BYTES),
}

export interface GrpcInferenceInit {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  readonly codecs: ModelCodecs
}

/** From the bytes of a `ModelInferRequest` to those of its answer, by the same way as HTTP's requests. */
export class GrpcInference {
  readonly #models: ServedModels
  readonly #dataPlane: InferencePlane
  readonly #codecs: ModelCodecs
  readonly #turn = new LoopTurn()

  constructor(init: GrpcInferenceInit) {
    this.#models = init.models
    this.#dataPlane = init.dataPlane
    this.#codecs = init.codecs
  }

  /** Answers the request. @throws ServingError */
  async answer(request: GrpcRequest, message: Buffer, dialogue = UNARY): Promise<void> {
    const readAt = performance.now()
    const given = decodeInferRequest(message)
    dialogue.read(given)
    if (given.given.id !== undefined) request.nameAfter(given.given.id)
    const model = this.#find(request, given)
    const codec = this.#codecs.known(model) ?? (await this.#codecs.open(model))
    const timing = newTiming()
    request.timing = timing
    const decoded = codec.bind(given.given)
    timing.parse = performance.now() - readAt
    heed(request, decoded)

    const { deadline, signal, apiKey } = request
    const { outputs } = await this.#dataPlane.infer(model, decoded.request, {
      deadline,
      signal,
      apiKey,
      timing,
    })

    const inferredAt = performance.now()
    const { name: modelName, version: modelVersion } = model
    const { form } = decoded
    const named = codec.outputsOf(outputs, form)
    const reply = dialogue.write({
      modelName,
      modelVersion,
      id: form.id ?? '',
      outputs: named,
      raw: given.raw,
    })
    timing.serialise = performance.now() - inferredAt
    request.answer(reply)
  }

  #find(request: GrpcRequest, { modelName, modelVersion }: GrpcInferRequest): ServedModel {
    const model = findModel(this.#models, modelName, modelVersion === '' ? undefined : modelVersion)
    request.address(model)
    model.attend(request.startedAt)
    this.#refuseLag(request, model)
    return model
  }

  /** What waited too long before it was read. */
  #refuseLag({ startedAt, deadline }: GrpcRequest, { placement, admission }: ServedModel): void {
    const lagMs = this.#turn.lagMs(startedAt)
    if (placement === 'inline' && lagMs > (deadline - startedAt) * MOST_LAG) {
      throw refusalError(admission.refuseLag())
    }
  }
}

/** How long a request says that its client waits. */
function heed(request: GrpcRequest, { timeoutMicroseconds }: DecodedInfer): void {
  if (timeoutMicroseconds !== undefined)
    request.wantBy(request.startedAt + timeoutMicroseconds / MICROSECONDS)
}
