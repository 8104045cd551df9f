import { fileURLToPath } from 'node:url'
import { LineProcess } from '../mlflow-differential/line-process.ts'
import type { Answer } from '../mlflow-differential/mlflow-process.ts'
import type { ParquetSpec } from '../mlflow-differential/parquet-requests.ts'

const PROGRAM = fileURLToPath(new URL('pandas_answers.py', import.meta.url))

export interface PredictQuestion {
  readonly model: string
  readonly path: string
  readonly format: 'csv' | 'json' | 'parquet'
  /** What the Python side is to write there first. */
  readonly parquet?: ParquetSpec
}

/** A frame whose cells are text, each with its kind in the first character: see pandas_answers.py. */
export interface FrameText {
  readonly rows: number
  readonly columns: readonly {
    readonly name: string
    readonly dtype: string
    readonly cells: readonly string[]
  }[]
}

export type ReadAnswer = FrameText | { readonly error: string }

/** MLflow's `predict` and pandas in a Python process; answers come in the order of the questions. */
export class PandasProcess {
  readonly #process: LineProcess<object, unknown>

  constructor(python: string) {
    this.#process = new LineProcess(python, PROGRAM)
  }

  /** All the right answers: of the command first. */
  async predict(question: PredictQuestion): Promise<readonly Answer[]> {
    return (await this.#process.ask({ kind: 'predict', ...question })) as readonly Answer[]
  }

  async read(path: string, format: 'csv' | 'jsonl' | 'parquet'): Promise<ReadAnswer> {
    return (await this.#process.ask({ kind: 'read', path, format })) as ReadAnswer
  }

  /** Writes a parquet file of random columns; returns how, in words. */
  async write(path: string, spec: { readonly seed: number; readonly rows: number }): Promise<string> {
    return ((await this.#process.ask({ kind: 'write', path, spec })) as { how: string }).how
  }

  close(): void {
    this.#process.close()
  }
}
