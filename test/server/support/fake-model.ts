import { badRequest } from '../../../src/core/errors.ts'
import type { PredictOptions, Predictor } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { Admission } from '../../../src/runtime/admission.ts'
import type { Placement, ServedModel } from '../../../src/runtime/served-model.ts'
import type { ServedModels } from '../../../src/server/server-options.ts'
import type { ModelSignature } from '../../../src/signature/model-signature.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads `{"inputs": [[…]]}` alone: enough to carry numbers through the server. */
export const arrayCodec: ScoringCodec = {
  decode(body) {
    const rows = parseRows(body)
    const width = rows[0]?.length ?? 0
    const data = Float32Array.from(rows.flat())
    return {
      request: {
        inputs: new Map([['x', { datatype: 'FP32', shape: [rows.length, width], data }]]),
        parameters: new Map(),
      },
      form: 'tensors',
      rows: rows.length,
    }
  },
  encode(outputs) {
    const tensor = outputs.get('y')
    return `{"predictions": ${JSON.stringify(Array.from(tensor?.data as Float32Array))}}`
  },
}

function parseRows(body: Uint8Array): number[][] {
  try {
    const { inputs } = JSON.parse(decoder.decode(body)) as { inputs: number[][] }
    if (Array.isArray(inputs) && inputs.every(Array.isArray)) return inputs
  } catch {
    // Whatever it is, it is not the one form that this codec reads.
  }
  throw badRequest('Invalid input. Ensure that input is a valid JSON formatted string.')
}

/** Adds up each row. */
export class SumPredictor implements Predictor {
  readonly inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] as const
  readonly outputs = [{ name: 'y', datatype: 'FP32', shape: [-1] }] as const
  readonly maxBatchRows = Number.POSITIVE_INFINITY
  readonly maxConcurrency = 1
  readonly batchable = true
  calls = 0

  predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
    this.calls += 1
    const startedAt = performance.now()
    const x = inputs.get('x')!
    const [rows = 0, width = 0] = x.shape
    const sums = new Float32Array(rows)
    const data = x.data as Float32Array
    for (let i = 0; i < data.length; i++) sums[Math.floor(i / width)]! += data[i]!
    if (options?.timing !== undefined) {
      options.timing.compute = performance.now() - startedAt
      options.timing.batchRows = rows
    }
    return Promise.resolve(new Map([['y', { datatype: 'FP32', shape: [rows], data: sums }]]))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

export interface FakeModelInit {
  readonly name?: string
  readonly predictor?: Predictor
  readonly codec?: ScoringCodec
  readonly placement?: Placement
  readonly signature?: ModelSignature
}

export function fakeModel(init: FakeModelInit = {}): ServedModel {
  const name = init.name ?? 'sums'
  return {
    name,
    source: {
      uri: `models:/${name}@champion`,
      canonicalUri: `models:/${name}@champion`,
      name,
      version: '3',
      alias: 'champion',
      path: '/models/sums',
    },
    mlmodel: {
      directory: '/models/sums',
      flavor: 'onnx',
      flavorConfig: {},
      signature: init.signature,
      runId: undefined,
      modelId: undefined,
      mlflowVersion: '3.17.2',
      servingInputPath: undefined,
    },
    predictor: init.predictor ?? new SumPredictor(),
    scoring: init.codec ?? arrayCodec,
    admission: new Admission(),
    placement: init.placement ?? 'inline',
    loadTimes: { total: 1, engine: 1, batch1: 0.01 },
    goldenRequests: 0,
    stats: () => ({ workers: 2, running: 0, queued: 0, workerRestarts: 0, workersLost: 0, stuckWorkers: 0 }),
  }
}

/** Models that are simply there. */
export class FakeModels implements ServedModels {
  loaded = true
  readonly #models: Map<string, ServedModel>

  constructor(...models: readonly ServedModel[]) {
    this.#models = new Map(models.map((model) => [model.name, model]))
  }

  get(name: string): ServedModel | undefined {
    return this.#models.get(name)
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
