import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ModelSignature } from '../../signature/model-signature.ts'
import { Patience } from '../json-numbers/patience.ts'
import { ModelBinding } from './binding/model-binding.ts'
import { readInferBody } from './body/infer-body.ts'
import { type RawInit, readRawBody } from './body/raw-body.ts'
import type { GivenRequest } from './given-request.ts'
import type {
  DecodedInfer,
  InferForm,
  InferReply,
  NamedOutput,
  OpenInferenceCodec,
} from './open-inference-codec.ts'
import { InferReplyWriter } from './reply/infer-reply.ts'
import { OutputSelection } from './reply/output-selection.ts'
import { timeoutMicroseconds } from './reserved-parameters.ts'

export interface OpenInferenceCodecInit {
  /** The name and version under which the model is served. */
  readonly name: string
  readonly version: string
  readonly signature: ModelSignature | undefined
  /** The model's own inputs and outputs, as its file states them. */
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  /** Whether the first dimension of all inputs and outputs is a free number of rows. */
  readonly batchable: boolean
  /** Numbers of any datatype are cast to that of a model's input where they fit, as the flavor has it. */
  readonly castsNumbers?: boolean
}

/**
 * The codec of the Open Inference Protocol V2 for one model: everything that the signature and the model decide is
 * decided here, once.
 */
export function compileOpenInferenceCodec(init: OpenInferenceCodecInit): OpenInferenceCodec {
  return new CompiledOpenInferenceCodec(init)
}

class CompiledOpenInferenceCodec implements OpenInferenceCodec {
  readonly #raw: RawInit
  readonly #binding: ModelBinding
  readonly #selection: OutputSelection
  readonly #reply: InferReplyWriter
  readonly #patience = new Patience()

  constructor(init: OpenInferenceCodecInit) {
    this.#raw = init
    this.#binding = new ModelBinding(init)
    this.#selection = new OutputSelection(init)
    this.#reply = new InferReplyWriter(init.name, init.version)
  }

  decode(body: Uint8Array, headerLength: number | undefined): DecodedInfer {
    return this.bind(
      headerLength === 0 ? readRawBody(body, this.#raw) : readInferBody(body, headerLength, this.#patience),
    )
  }

  bind(given: GivenRequest): DecodedInfer {
    const { id, outputs, binaryOutputs } = given
    const wanted = this.#selection.check(outputs)
    const timeout = timeoutMicroseconds(given.parameters)
    return {
      request: {
        inputs: this.#binding.inputs(given.inputs),
        parameters: this.#binding.parameters(given.parameters),
        ...(id === undefined ? {} : { id }),
        ...(wanted === undefined ? {} : { outputs: wanted }),
      },
      form: { id, outputs, binaryOutputs },
      ...(timeout === undefined ? {} : { timeoutMicroseconds: timeout }),
    }
  }

  outputsOf(outputs: TensorMap, form: InferForm): readonly NamedOutput[] {
    return this.#selection.select(outputs, form)
  }

  encode(outputs: TensorMap, form: InferForm): InferReply {
    return this.#reply.write(this.outputsOf(outputs, form), form.id)
  }
}
