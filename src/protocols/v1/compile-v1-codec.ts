import type { InferenceRequest } from '../../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ModelSignature, Schema } from '../../signature/model-signature.ts'
import { numberScanner } from '../json-numbers/number-scanner.ts'
import { Patience } from '../json-numbers/patience.ts'
import type { Skeleton } from '../json-numbers/skeleton.ts'
import { compileScoringCodec } from '../mlflow-scoring/compile-scoring-codec.ts'
import { type PredictForm, plainForm, readPredictBody } from './predict-form.ts'
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

type Codec = ReturnType<typeof compileScoringCodec>

/** How the bodies of one skeleton are read. */
interface Reading {
  readonly form: PredictForm
  readonly codec: Codec
}

class CompiledV1Codec implements V1Codec {
  readonly #byTensors: Codec
  readonly #bySignature: Codec
  readonly #reply: PredictReply
  readonly #signatureNames: RegExp | undefined
  readonly #takesArray: boolean
  readonly #keepsBase64: boolean
  readonly #readings = new WeakMap<Skeleton, Reading | 'unscanned'>()
  readonly #patience = new Patience()

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
    return this.#decodeScanned(body) ?? this.#decodeUnscanned(body)
  }

  /** Nothing of what decides how a body is read is a number, so that its skeleton tells as much. */
  #decodeScanned(body: Uint8Array): DecodedPredict | undefined {
    const scanned = numberScanner().scan(body, this.#patience)
    if (scanned === undefined) return undefined
    let reading = this.#readings.get(scanned.skeleton)
    if (reading === undefined) {
      reading = this.#readingOf(scanned.skeleton)
      this.#readings.set(scanned.skeleton, reading)
    }
    if (reading === 'unscanned') return undefined
    const decoded = reading.codec.decodeScanned(scanned)
    return decoded && { request: decoded.request, form: reading.form }
  }

  #readingOf({ text }: Skeleton): Reading | 'unscanned' {
    const form = plainForm(text)
    return form === undefined ? 'unscanned' : { form, codec: this.#codecFor(text) }
  }

  #codecFor(text: string): Codec {
    return this.#meansSignature(text) ? this.#bySignature : this.#byTensors
  }

  #decodeUnscanned(body: Uint8Array): DecodedPredict {
    const given = readPredictBody(body, { keepsBase64: this.#keepsBase64 })
    const { request } = this.#codecFor(given.text).decodeUnscanned(given.bytes)
    return { request, form: given.form }
  }

  encode(outputs: TensorMap, form: PredictForm): string {
    return this.#reply.encode(outputs, form)
  }

  #meansSignature(text: string): boolean {
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
