import type { InferenceRequest } from '../../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ModelSignature, Schema } from '../../signature/model-signature.ts'
import { compileScoringCodec } from '../mlflow-scoring/compile-scoring-codec.ts'
import type { DecodedScoringRequest, ScoringCodec } from '../mlflow-scoring/scoring-codec.ts'
import { type PredictBody, type PredictForm, readPredictBody } from './predict-form.ts'
import { PredictReply } from './predict-reply.ts'

export interface V1CodecInit {
  readonly signature: ModelSignature | undefined
  /** The model's own inputs and outputs, as its file states them. */
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
}

export interface DecodedPredict {
  readonly request: InferenceRequest
  readonly form: PredictForm
}

/** Decoder and encoder of V1's `:predict`, as TensorFlow Serving and KServe have it, compiled for one model. */
export interface V1Codec {
  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  decode(body: Uint8Array): DecodedPredict
  /** @throws ServingError BAD_REQUEST where rows are wanted of outputs that differ in length. */
  encode(outputs: TensorMap, form: PredictForm): string
}

/**
 * What is sent by the names of the MLflow signature, or as the one array that it has, is enforced as MLflow does; all
 * else is meant for the model's own tensors, as in TensorFlow Serving. Numbers fit themselves to the model's datatypes:
 * V1 has none.
 */
export function compileV1Codec({ signature, inputs, outputs }: V1CodecInit): V1Codec {
  return new CompiledV1Codec({ signature, inputs, outputs })
}

class CompiledV1Codec implements V1Codec {
  readonly #byTensors: ScoringCodec
  readonly #bySignature: ScoringCodec
  readonly #reply: PredictReply
  readonly #signatureNames: RegExp | undefined
  readonly #takesArray: boolean
  readonly #keepsBase64: boolean

  constructor({ signature, inputs, outputs }: V1CodecInit) {
    const schema = signature?.inputs
    this.#byTensors = compileScoringCodec({ signature: undefined, inputs, outputs, castsNumbers: true })
    this.#bySignature =
      schema === undefined
        ? this.#byTensors
        : compileScoringCodec({ signature, inputs, outputs, castsNumbers: true })
    this.#signatureNames = membersNamed(namesOf(schema))
    this.#takesArray = schema !== undefined && sizeOf(schema) === 1
    this.#keepsBase64 = hasOctets(schema)
    this.#reply = new PredictReply(outputs)
  }

  decode(body: Uint8Array): DecodedPredict {
    const given = readPredictBody(body, { keepsBase64: this.#keepsBase64 })
    const codec = this.#meansSignature(given) ? this.#bySignature : this.#byTensors
    const decoded = codec.decode(given.bytes, 'application/json')
    // JSON is decoded at once.
    return { request: (decoded as DecodedScoringRequest).request, form: given.form }
  }

  encode(outputs: TensorMap, form: PredictForm): string {
    return this.#reply.encode(outputs, form)
  }

  #meansSignature({ text }: PredictBody): boolean {
    if (NAMED.test(text)) return this.#signatureNames?.test(text) === true
    return this.#takesArray
  }
}

/**
 * What begins with an object has names: an object of tensors, or one a row. No two runs of spaces may meet where there is
 * no bracket: each way to divide them would be tried.
 */
const NAMED = /"(?:instances|inputs)"\s*:\s*(?:\[\s*)?\{/

/** What finds one of the names as that of a member. */
function membersNamed(names: readonly string[]): RegExp | undefined {
  if (names.length === 0) return undefined
  const texts = names.map((name) => escaped(JSON.stringify(name)))
  return new RegExp(`(?:${texts.join('|')})\\s*:`)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function namesOf(schema: Schema | undefined): readonly string[] {
  if (schema === undefined) return []
  const fields = schema.kind === 'tensors' ? schema.tensors : schema.columns
  return fields.flatMap(({ name }) => (name === undefined ? [] : [name]))
}

function sizeOf(schema: Schema): number {
  return schema.kind === 'tensors' ? schema.tensors.length : schema.columns.length
}

function hasOctets(schema: Schema | undefined): boolean {
  return schema?.kind === 'columns' && schema.columns.some(({ type }) => type === 'binary')
}
