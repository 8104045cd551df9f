import { newTiming } from '../../core/timing.ts'
import {
  decodeInferRequest,
  type GrpcInferRequest,
} from '../../protocols/open-inference/grpc/infer-request.ts'
import { encodeInferReply, type GrpcInferReply } from '../../protocols/open-inference/grpc/infer-response.ts'
import type { DecodedInfer, OpenInferenceCodec } from '../../protocols/open-inference/open-inference-codec.ts'
import { refusalError } from '../../runtime/admission/refusal.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import { LoopTurn } from '../loop-turn.ts'
import { findModel } from '../model-requests.ts'
import type { ModelCodecs } from '../open-inference/model-codecs.ts'
import { refitted } from '../rollouts/fitted-inputs.ts'
import type { RolledRequest } from '../rollouts/rolled-request.ts'
import type { RolloutMember } from '../rollouts/rollout-member.ts'
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
  /** Undefined where there are none. */
  readonly rollouts: RolloutMember | undefined
}

/** From the bytes of a `ModelInferRequest` to those of its answer, by the same way as HTTP's requests. */
export class GrpcInference {
  readonly #models: ServedModels
  readonly #dataPlane: InferencePlane
  readonly #codecs: ModelCodecs
  readonly #rollouts: RolloutMember | undefined
  readonly #turn = new LoopTurn()

  constructor(init: GrpcInferenceInit) {
    this.#models = init.models
    this.#dataPlane = init.dataPlane
    this.#codecs = init.codecs
    this.#rollouts = init.rollouts
  }

  /** Answers the request. @throws ServingError */
  async answer(request: GrpcRequest, message: Buffer, dialogue = UNARY): Promise<void> {
    const readAt = performance.now()
    request.receivedAt = readAt
    const given = decodeInferRequest(message)
    dialogue.read(given)
    if (given.given.id !== undefined) request.nameAfter(given.given.id)
    const found = this.#find(request, given)
    const { rolled } = request
    const timing = newTiming()
    request.timing = timing
    const known = this.#codecs.known(found) ?? (await this.#codecs.open(found))
    const asked = { model: found, codec: known, decoded: known.bind(given.given) }
    const { model, codec, decoded } =
      rolled === undefined
        ? asked
        : await this.#roll(request, { rolled, given, bytes: message.length }, asked)
    timing.parse = performance.now() - readAt
    heed(request, decoded)

    const { deadline, signal, apiKey } = request
    const { outputs } = await this.#dataPlane.infer(model, decoded.request, {
      deadline,
      signal,
      apiKey,
      timing,
    })

    if (rolled !== undefined) rolled.outputs = outputs
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
    const version = modelVersion === '' ? undefined : modelVersion
    const rolled = this.#rollouts?.find(request, modelName, version)
    const model = rolled ?? findModel(this.#models, modelName, version)
    request.address(model)
    model.attend(request.startedAt)
    this.#refuseLag(request, model)
    return model
  }

  async #bound(model: ServedModel, { given }: GrpcInferRequest): Promise<BoundRequest> {
    const codec = this.#codecs.known(model) ?? (await this.#codecs.open(model))
    return { model, codec, decoded: codec.bind(given) }
  }

  #boundAnew(request: GrpcRequest, model: ServedModel, given: GrpcInferRequest): Promise<BoundRequest> {
    request.address(model)
    model.attend(request.receivedAt)
    return this.#bound(model, given)
  }

  /** Where an input is the key, the request was bound to the control, and may be another variant's. */
  async #roll(
    request: GrpcRequest,
    { rolled, given, bytes }: RolledMessage,
    asked: BoundRequest,
  ): Promise<BoundRequest> {
    if (!rolled.isChosen) rolled.chooseByInputs(asked.decoded.request.inputs, request.id)
    const { model } = rolled
    const bound = model === asked.model ? asked : await this.#boundAnew(request, model, given)
    const read = bound.decoded.request
    rolled.request = read
    rolled.source = {
      bytes,
      requestFor: async (other) =>
        refitted(read, model, other) ?? (await this.#bound(other, given)).decoded.request,
    }
    return bound
  }

  /** What waited too long before it was read. */
  #refuseLag({ startedAt, deadline }: GrpcRequest, { placement, admission }: ServedModel): void {
    const lagMs = this.#turn.lagMs(startedAt)
    if (placement === 'inline' && lagMs > (deadline - startedAt) * MOST_LAG) {
      throw refusalError(admission.refuseLag())
    }
  }
}

interface RolledMessage {
  readonly rolled: RolledRequest
  readonly given: GrpcInferRequest
  /** Of the message, of which raw contents are views. */
  readonly bytes: number
}

/** A request as one model takes it. */
interface BoundRequest {
  readonly model: ServedModel
  readonly codec: OpenInferenceCodec
  readonly decoded: DecodedInfer
}

/** How long a request says that its client waits. */
function heed(request: GrpcRequest, { timeoutMicroseconds }: DecodedInfer): void {
  if (timeoutMicroseconds !== undefined)
    request.wantBy(request.startedAt + timeoutMicroseconds / MICROSECONDS)
}
