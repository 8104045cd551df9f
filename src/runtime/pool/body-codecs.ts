import type { InferenceRequest } from '../../core/inference.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import { scoringHabits } from '../../flavors/scoring-habits.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { InferReply, OpenInferenceCodec } from '../../protocols/open-inference/open-inference-codec.ts'
import type { V1Codec } from '../../protocols/v1/compile-v1-codec.ts'
import type { BodyDialect, MlflowBody, OpenInferenceBody, ScoredBody } from '../body-scorer.ts'

/** A request that was read, and what writes its reply. */
export interface ReadBody {
  readonly request: InferenceRequest
  encode(outputs: TensorMap): ScoredBody
}

/** The codecs of one model for whole bodies, each compiled for the first body of its protocol. */
export class BodyCodecs {
  readonly #mlmodel: PreparedModel
  readonly #predictor: Predictor
  #scoring: ScoringCodec | undefined
  #v1: V1Codec | undefined
  #openInference: OpenInferenceCodec | undefined
  /** By which `#openInference` names the model in its replies. */
  #servedAs: OpenInferenceBody['model'] | undefined

  constructor(mlmodel: PreparedModel, predictor: Predictor) {
    this.#mlmodel = mlmodel
    this.#predictor = predictor
  }

  /** @throws ServingError what the codec of the body's protocol throws. */
  read(body: Uint8Array, dialect: BodyDialect): Promise<ReadBody> {
    switch (dialect.protocol) {
      case 'mlflow-scoring':
        return this.#readScoring(body, dialect)
      case 'open-inference':
        return this.#readOpenInference(body, dialect)
      case 'v1':
        return this.#readV1(body)
      case 'azure-ml':
        return this.#readAzureMl(body)
    }
  }

  async #readScoring(body: Uint8Array, { mediaType }: MlflowBody): Promise<ReadBody> {
    this.#scoring ??= await this.#compileScoring()
    const codec = this.#scoring
    const { request, form } = await codec.decode(body, mediaType)
    return { request, encode: (outputs) => scoredText(codec.encode(outputs, form)) }
  }

  async #readOpenInference(body: Uint8Array, { model, headerLength }: OpenInferenceBody): Promise<ReadBody> {
    const codec = this.#knownAs(model) ?? (await this.#compileOpenInference(model))
    const { request, form } = codec.decode(body, headerLength)
    const { id } = form
    const named = id === undefined ? undefined : { id }
    return { request, encode: (outputs) => ({ ...scoredReply(codec.encode(outputs, form)), ...named }) }
  }

  async #readV1(body: Uint8Array): Promise<ReadBody> {
    this.#v1 ??= await this.#compileV1()
    const codec = this.#v1
    const { request, form } = codec.decode(body)
    return { request, encode: (outputs) => scoredText(codec.encode(outputs, form)) }
  }

  async #readAzureMl(body: Uint8Array): Promise<ReadBody> {
    const { AzureMlCodec } = await import('../../protocols/azure-ml/azure-ml-codec.ts')
    this.#scoring ??= await this.#compileScoring()
    const codec = new AzureMlCodec(this.#scoring)
    const { request, form } = await codec.decode(body)
    return { request, encode: (outputs) => scoredText(codec.encode(outputs, form)) }
  }

  async #compileScoring(): Promise<ScoringCodec> {
    const { compileScoringCodec } = await import('../../protocols/mlflow-scoring/compile-scoring-codec.ts')
    const { inputs, outputs } = this.#predictor
    const { signature } = this.#mlmodel
    return compileScoringCodec({ signature, inputs, outputs, ...scoringHabits(this.#mlmodel) })
  }

  async #compileV1(): Promise<V1Codec> {
    const { compileV1Codec } = await import('../../protocols/v1/compile-v1-codec.ts')
    const { inputs, outputs } = this.#predictor
    return compileV1Codec({ signature: this.#mlmodel.signature, inputs, outputs })
  }

  #knownAs({ name, version }: OpenInferenceBody['model']): OpenInferenceCodec | undefined {
    const served = this.#servedAs
    return served?.name === name && served.version === version ? this.#openInference : undefined
  }

  async #compileOpenInference(model: OpenInferenceBody['model']): Promise<OpenInferenceCodec> {
    const { compileOpenInferenceCodec } = await import(
      '../../protocols/open-inference/compile-open-inference-codec.ts'
    )
    const { inputs, outputs, batchable } = this.#predictor
    const { signature } = this.#mlmodel
    const habits = scoringHabits(this.#mlmodel)
    this.#servedAs = model
    this.#openInference = compileOpenInferenceCodec({
      ...model,
      ...{ signature, inputs, outputs, batchable },
      ...habits,
    })
    return this.#openInference
  }
}

function scoredReply({ body, headerLength }: InferReply): ScoredBody {
  return typeof body === 'string' ? scoredText(body) : { octets: ownOctets(body), headerLength }
}

/** In memory of its own, so that it can be transferred. */
function scoredText(text: string): ScoredBody {
  const octets = new Uint8Array(new ArrayBuffer(Buffer.byteLength(text)))
  Buffer.from(octets.buffer).write(text)
  return { octets, headerLength: undefined }
}

/** Small Buffers share their memory with others. */
function ownOctets({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return new Uint8Array(buffer)
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))
}
