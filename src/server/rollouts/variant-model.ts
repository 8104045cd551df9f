import type { ServedModel } from '../../runtime/served-model.ts'

/**
 * A model that answers under the name of a rollout, and in its own version. All else is the model's: its doors, its queue, its
 * threads.
 */
export class VariantModel implements ServedModel {
  readonly name: string
  readonly version: ServedModel['version']
  readonly source: ServedModel['source']
  readonly mlmodel: ServedModel['mlmodel']
  readonly predictor: ServedModel['predictor']
  readonly scoring: ServedModel['scoring']
  readonly admission: ServedModel['admission']
  readonly placement: ServedModel['placement']
  readonly loadTimes: ServedModel['loadTimes']
  readonly goldenRequests: ServedModel['goldenRequests']
  readonly #model: ServedModel

  constructor(name: string, model: ServedModel) {
    this.name = name
    this.version = model.version
    this.source = model.source
    this.mlmodel = model.mlmodel
    this.predictor = model.predictor
    this.scoring = model.scoring
    this.admission = model.admission
    this.placement = model.placement
    this.loadTimes = model.loadTimes
    this.goldenRequests = model.goldenRequests
    this.#model = model
  }

  get bodies(): ServedModel['bodies'] {
    return this.#model.bodies
  }

  get batching(): ServedModel['batching'] {
    return this.#model.batching
  }

  attend(now: number): void {
    this.#model.attend(now)
  }

  stats(): ReturnType<ServedModel['stats']> {
    return this.#model.stats()
  }
}
