import { csvRequest } from './csv-requests.ts'
import { type Difference, differenceOf } from './difference.ts'
import { HeadraceModel } from './headrace-model.ts'
import { jsonRequest } from './json-requests.ts'
import { listedDifference } from './listed-differences.ts'
import { type Answer, type DifferentialRequest, type MlflowAnswer, MlflowProcess } from './mlflow-process.ts'
import { type ModelOutline, modelFolders } from './model-outline.ts'
import { parquetRequest } from './parquet-requests.ts'
import { Random } from './random.ts'

/** Requests of one model that are on their way to MLflow at the same time. */
const BATCH = 100

export interface RunOptions {
  readonly python: string
  readonly requests: number
  readonly seed: number
  /** MLflow's processes; each takes its share of the models. */
  readonly processes: number
}

export interface UnlistedDifference extends Difference {
  readonly request: DifferentialRequest
  readonly mlflow: Answer
  readonly headrace: Answer
}

export interface RunReport {
  readonly requests: number
  /** MLflow answered 200. */
  readonly predictions: number
  /** Of these, the same byte for byte. */
  readonly identical: number
  /** By their reason on the list of docs/mlflow-differences.md. */
  readonly listed: Readonly<Record<string, number>>
  readonly unlisted: readonly UnlistedDifference[]
}

/** Puts the same generated requests to MLflow and to Headrace, model by model. */
export class DifferentialRun {
  readonly #options: RunOptions
  readonly #folders = modelFolders()
  readonly #listed: Record<string, number> = {}
  readonly #unlisted: UnlistedDifference[] = []
  #requests = 0
  #predictions = 0
  #identical = 0

  constructor(options: RunOptions) {
    this.#options = options
  }

  async run(): Promise<RunReport> {
    const { processes } = this.#options
    const waiting = this.#folders.entries()
    await Promise.all(Array.from({ length: processes }, () => this.#runModels(waiting)))
    return {
      requests: this.#requests,
      predictions: this.#predictions,
      identical: this.#identical,
      listed: this.#listed,
      unlisted: this.#unlisted,
    }
  }

  async #runModels(waiting: IterableIterator<[number, string]>): Promise<void> {
    const mlflow = new MlflowProcess(this.#options.python)
    try {
      for (const [index, folder] of waiting) await this.#runModel(mlflow, folder, index)
    } finally {
      mlflow.close()
    }
  }

  async #runModel(mlflow: MlflowProcess, folder: string, index: number): Promise<void> {
    const { requests, seed } = this.#options
    const model = await HeadraceModel.load(folder)
    const random = new Random(seed * 1000 + index)
    for (let left = Math.ceil(requests / this.#folders.length); left > 0; left -= BATCH) {
      const batch = random.times(Math.min(left, BATCH), () => anyRequest(random, model.outline))
      const answers = await Promise.all(batch.map((request) => mlflow.answer(request)))
      for (const [i, request] of batch.entries())
        await this.#compare(model, request, answers[i] as MlflowAnswer)
    }
    await model.close()
  }

  async #compare(model: HeadraceModel, request: DifferentialRequest, answer: MlflowAnswer): Promise<void> {
    const headrace = await model.answer(bodyOf(request, answer), request.contentType)
    const mlflow = answer.also?.status === 200 ? answer.also : answer
    this.#requests += 1
    if (mlflow.status === 200) this.#predictions += 1
    if (mlflow.status === 200 && mlflow.body === headrace.body) this.#identical += 1
    const difference = differenceOf(mlflow, headrace)
    if (difference === undefined) return
    const reason = listedDifference(request, mlflow, headrace)
    if (reason === undefined) this.#unlisted.push({ ...difference, request, mlflow, headrace })
    else this.#listed[reason] = (this.#listed[reason] ?? 0) + 1
  }
}

function anyRequest(random: Random, model: ModelOutline): DifferentialRequest {
  const { folder } = model
  switch (random.weighted({ json: 6, csv: 2.5, parquet: 1 })) {
    case 'csv':
      return { model: folder, contentType: 'text/csv', body: csvRequest(random, model) }
    case 'parquet': {
      const contentType = 'application/vnd.apache.parquet'
      return { model: folder, contentType, parquet: parquetRequest(random, model) }
    }
    default:
      return { model: folder, contentType: 'application/json', body: jsonRequest(random, model) }
  }
}

function bodyOf(request: DifferentialRequest, { parquetBody = '' }: MlflowAnswer): Uint8Array {
  return 'body' in request ? Buffer.from(request.body) : Buffer.from(parquetBody, 'base64')
}
