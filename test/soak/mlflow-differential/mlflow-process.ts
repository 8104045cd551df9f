import { fileURLToPath } from 'node:url'
import { LineProcess } from './line-process.ts'
import type { ParquetSpec } from './parquet-requests.ts'

const PROGRAM = fileURLToPath(new URL('mlflow_answers.py', import.meta.url))

/** A request to the model in a folder; a parquet body is described and written by the Python side. */
export type DifferentialRequest = { readonly model: string; readonly contentType: string } & (
  | { readonly body: string }
  | { readonly parquet: ParquetSpec }
)

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface MlflowAnswer extends Answer {
  readonly parquetBody?: string
  /** A second right answer. */
  readonly also?: Answer
}

/** The real MLflow in a process of its own; answers come in the order of the requests. */
export class MlflowProcess {
  readonly #process: LineProcess<DifferentialRequest, MlflowAnswer>

  constructor(python: string) {
    this.#process = new LineProcess(python, PROGRAM)
  }

  answer(request: DifferentialRequest): Promise<MlflowAnswer> {
    return this.#process.ask(request)
  }

  close(): void {
    this.#process.close()
  }
}
