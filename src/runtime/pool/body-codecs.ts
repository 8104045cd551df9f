import { notImplemented } from '../../core/errors.ts'
import type { InferenceRequest } from '../../core/inference.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import { scoringHabits } from '../../flavors/scoring-habits.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BodyDialect, MlflowBody, ScoredBody } from '../body-scorer.ts'

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

  constructor(mlmodel: PreparedModel, predictor: Predictor) {
    this.#mlmodel = mlmodel
    this.#predictor = predictor
  }

  /** @throws ServingError what the codec of the body's protocol throws. */
  async read(body: Uint8Array, dialect: BodyDialect): Promise<ReadBody> {
    if (dialect.protocol === 'mlflow-scoring') return await this.#readScoring(body, dialect)
    throw notImplemented('Large bodies of this protocol cannot be read yet.')
  }

  async #readScoring(body: Uint8Array, { mediaType }: MlflowBody): Promise<ReadBody> {
    this.#scoring ??= await this.#compileScoring()
    const codec = this.#scoring
    const { request, form } = await codec.decode(body, mediaType)
    return { request, encode: (outputs) => scoredText(codec.encode(outputs, form)) }
  }

  async #compileScoring(): Promise<ScoringCodec> {
    const { compileScoringCodec } = await import('../../protocols/mlflow-scoring/compile-scoring-codec.ts')
    const { inputs, outputs } = this.#predictor
    const { signature } = this.#mlmodel
    return compileScoringCodec({ signature, inputs, outputs, ...scoringHabits(this.#mlmodel) })
  }
}

/** In memory of its own, so that it can be transferred. */
function scoredText(text: string): ScoredBody {
  const octets = new Uint8Array(new ArrayBuffer(Buffer.byteLength(text)))
  Buffer.from(octets.buffer).write(text)
  return { octets, headerLength: undefined }
}
