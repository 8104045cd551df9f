import { ServingError } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { compileScoringCodec } from '../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { ScoringCodec, ScoringMediaType } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { HTTP_STATUS } from '../../../src/server/http-status.ts'
import { mlflowErrorBody } from '../../../src/server/mlflow-error-body.ts'
import type { Answer } from './mlflow-process.ts'
import { type ModelOutline, outlineOf } from './model-outline.ts'

/** Headrace's side: codec and predictor of one model, in this process. */
export class HeadraceModel {
  readonly outline: ModelOutline
  readonly #predictor: Predictor
  readonly #codec: ScoringCodec

  private constructor(outline: ModelOutline, predictor: Predictor, codec: ScoringCodec) {
    this.outline = outline
    this.#predictor = predictor
    this.#codec = codec
  }

  static async load(folder: string): Promise<HeadraceModel> {
    const mlmodel = await prepareModel(folder)
    const predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
    const codec = compileScoringCodec({ signature: mlmodel.signature, ...predictor })
    return new HeadraceModel(outlineOf(mlmodel, predictor), predictor, codec)
  }

  /** An error that is not a ServingError is a defect, and rejects. */
  async answer(body: Uint8Array, contentType: string): Promise<Answer> {
    try {
      const { request, form } = await this.#codec.decode(body, contentType as ScoringMediaType)
      const outputs = await this.#predictor.predict(request.inputs, { parameters: request.parameters })
      return { status: 200, body: this.#codec.encode(outputs, form) }
    } catch (error) {
      if (!(error instanceof ServingError)) throw error
      return { status: HTTP_STATUS[error.code], body: mlflowErrorBody(error) }
    }
  }

  close(): Promise<void> {
    return this.#predictor.close()
  }
}
