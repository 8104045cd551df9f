import { badRequest } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import type { PreparedModel } from '../../../src/flavors/flavor.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { Admission } from '../../../src/runtime/admission/admission.ts'
import type { ModelStats, Placement, ServedModel } from '../../../src/runtime/served-model.ts'
import type { ServedModels } from '../../../src/server/server-options.ts'
import { rowsOf, SumPredictor } from '../../fixtures/predictors.ts'

/** Reads `{"inputs": [[…]]}` alone: enough to carry numbers through the server. */
export const arrayCodec: ScoringCodec = {
  decode(body) {
    const rows = parseRows(body)
    return {
      request: { inputs: rowsOf(...rows), parameters: new Map() },
      form: 'tensors',
    }
  },
  encode(outputs) {
    return `{"predictions": ${JSON.stringify(Array.from(outputs.get('sum')?.data as Float32Array))}}`
  },
}

function parseRows(body: Uint8Array): number[][] {
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    const { inputs } = JSON.parse(text.decode(body)) as { inputs: number[][] }
    if (Array.isArray(inputs) && inputs.every(Array.isArray)) return inputs
  } catch {
    // Whatever it is, it is not the one form that this codec reads.
  }
  throw badRequest('Invalid input. Ensure that input is a valid JSON formatted string.')
}

export interface FakeModelInit {
  readonly name?: string
  readonly version?: string
  readonly predictor?: Predictor
  readonly codec?: ScoringCodec
  readonly placement?: Placement
  readonly mlmodel?: Partial<PreparedModel>
  readonly stats?: Partial<ModelStats>
}

/** A model that adds up rows, unless told otherwise. */
export function fakeModel(init: FakeModelInit = {}): ServedModel {
  const name = init.name ?? 'sums'
  const admission = new Admission()
  const idle = {
    ...{ workers: 0, running: 0, queued: 0, workerRestarts: 0, workersLost: 0, stuckWorkers: 0 },
    ...{ batches: 0, halved: 0, retried: 0, cancelled: 0, expired: 0 },
  }
  return {
    name,
    version: init.version ?? '3',
    source: sourceOf(name),
    mlmodel: { ...MLMODEL, ...init.mlmodel },
    predictor: init.predictor ?? new SumPredictor(),
    scoring: init.codec ?? arrayCodec,
    admission,
    placement: init.placement ?? 'inline',
    loadTimes: { total: 1, engine: 1, batch1: 0.01 },
    goldenRequests: 0,
    batching: { state: 'off', reason: 'a fake', maxBatchRows: 1 },
    bodies: undefined,
    attend: () => {},
    stats: () => ({ ...idle, running: admission.requests, ...init.stats }),
  }
}

const MLMODEL: PreparedModel = {
  traits: { unboundedRun: false, weightBytes: 0 },
  engine: { name: 'onnxruntime' },
  directory: '/nowhere',
  flavor: 'fake',
  flavorConfig: {},
  signature: undefined,
  runId: undefined,
  modelId: undefined,
  mlflowVersion: undefined,
  servingInputPath: undefined,
  inputExamplePath: undefined,
}

function sourceOf(name: string): ServedModel['source'] {
  const uri = `models:/${name}@champion`
  return {
    uri,
    canonicalUri: uri,
    name,
    version: '3',
    alias: 'champion',
    path: '/nowhere',
    origin: { kind: 'local', location: '/nowhere', registry: undefined },
  }
}

/** Models that are simply there. */
export class FakeModels implements ServedModels {
  loaded = true
  readonly #models: Map<string, ServedModel>

  constructor(...models: readonly ServedModel[]) {
    this.#models = new Map(models.map((model) => [model.name, model]))
  }

  get(name: string, version?: string): ServedModel | undefined {
    const model = this.#models.get(name)
    return version === undefined || model?.version === version ? model : undefined
  }

  versions(name: string): readonly string[] {
    const model = this.#models.get(name)
    return model === undefined ? [] : [model.version]
  }

  default(): ServedModel | undefined {
    return this.list()[0]
  }

  list(): readonly ServedModel[] {
    return [...this.#models.values()]
  }

  ready(): boolean {
    return this.loaded
  }
}
