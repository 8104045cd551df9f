import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
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
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: ((answer: MlflowAnswer) => void)[] = []
  readonly #exited: Promise<never>

  constructor(python: string) {
    this.#child = spawn(python, [PROGRAM], { stdio: 'pipe', env: { ...process.env, OMP_NUM_THREADS: '1' } })
    let complaints = ''
    this.#child.stderr.on('data', (chunk) => {
      complaints = `${complaints}${chunk}`.slice(-4000)
    })
    this.#exited = new Promise((_, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code) =>
        reject(new Error(`MLflow's process ended with ${code}: ${complaints}`)),
      )
    })
    this.#exited.catch(() => undefined)
    createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)))
  }

  answer(request: DifferentialRequest): Promise<MlflowAnswer> {
    const answered = new Promise<MlflowAnswer>((resolve) => this.#waiting.push(resolve))
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return Promise.race([answered, this.#exited])
  }

  close(): void {
    this.#child.stdin.end()
  }
}
