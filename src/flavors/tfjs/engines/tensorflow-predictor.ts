import {
  cancelled,
  deadlineExceeded,
  evaluationFailed,
  messageOf,
  ServingError,
  unavailable,
} from '../../../core/errors.ts'
import type { OutputMetadata, PredictOptions, TensorMetadata } from '../../../core/predictor.ts'
import { allocate, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import { joinRows, sliceRows } from '../../../core/tensor-rows.ts'
import { checkInputs } from '../../input-check.ts'
import { wantedOutputs } from '../../wanted-outputs.ts'
import type { Backend } from './backend.ts'
import { checkSizes, rowsOf } from './check-sizes.ts'
import { type Findings, hasFreeRows } from './examine-model.ts'
import type { Executable } from './executable.ts'
import { MissingKernel } from './missing-kernel.ts'
import type { ModelRunner } from './model-runner.ts'
import { checkOpenSizes, rowsPerRun } from './run-limits.ts'
import type { TfjsMemory, TfjsPredictor } from './tfjs-predictor.ts'

export interface OpenedModel {
  readonly backend: Backend
  readonly executable: Executable
  readonly runner: ModelRunner
  readonly findings: Findings
}

/**
 * A model that TF.js runs in the calling thread. Runs take turns with all that TF.js does there. Rows that do not touch each
 * other are run in parts, so that memory is bounded whatever a request brings.
 */
export class TensorflowPredictor implements TfjsPredictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly maxConcurrency = 1
  readonly batchable: boolean
  readonly refusal: string | undefined
  readonly #model: OpenedModel
  readonly #rowsPerRun: number
  #closed: Promise<void> | undefined

  constructor(model: OpenedModel) {
    const { executable, findings } = model
    this.#model = model
    this.inputs = executable.inputs
    this.outputs = executable.outputs.map((output) => withRank(output, findings))
    this.batchable = findings.rowsIndependent && hasFreeRows(this.inputs) && hasFreeRows(this.outputs)
    this.maxBatchRows = fixedRows(this.inputs)
    this.refusal = findings.refusal
    this.#rowsPerRun = this.batchable ? rowsPerRun(findings.rowBytes) : Number.POSITIVE_INFINITY
  }

  async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closed !== undefined) throw unavailable('The model is being unloaded.')
    checkInputs(this.inputs, inputs)
    checkSizes(this.inputs, inputs)
    if (this.#model.backend.growing) checkOpenSizes(this.inputs, inputs, this.batchable)
    const wanted = wantedOutputs(this.outputs, options.outputs)
    return await this.#model.backend.exclusively(() => this.#answer(inputs, wanted, options)).catch(asRefusal)
  }

  memory(): TfjsMemory {
    const { numTensors, numBytes } = this.#model.backend.tf.memory()
    return { tensors: numTensors, bytes: numBytes }
  }

  close(): Promise<void> {
    const { backend, executable } = this.#model
    this.#closed ??= backend.exclusively(() => executable.dispose())
    return this.#closed
  }

  async #answer(
    inputs: TensorMap,
    wanted: readonly OutputMetadata[],
    options: PredictOptions,
  ): Promise<TensorMap> {
    const start = performance.now()
    checkStillWanted(options)
    const outputs = this.batchable ? await this.#runRows(inputs, options) : await this.#runWhole(inputs)
    if (options.timing !== undefined) options.timing.compute = performance.now() - start
    return new Map(wanted.map(({ name }) => [name, outputs.get(name)!]))
  }

  async #runRows(inputs: TensorMap, options: PredictOptions): Promise<TensorMap> {
    const rows = rowsOf(inputs)
    if (rows === 0) return this.#noRows()
    checkNotEmpty(inputs)
    const parts: TensorMap[] = []
    for (let from = 0; from < rows; from += this.#rowsPerRun) {
      if (from > 0) checkStillWanted(options)
      const to = Math.min(rows, from + this.#rowsPerRun)
      parts.push(await this.#model.runner.run(to - from === rows ? inputs : sliceRows(inputs, from, to)))
    }
    return joinRows(parts)
  }

  #runWhole(inputs: TensorMap): Promise<TensorMap> {
    checkNotEmpty(inputs)
    return this.#model.runner.run(inputs)
  }

  /** Sizes that the metadata leave open are those that one row gave. */
  #noRows(): TensorMap {
    const { rowOutputs } = this.#model.findings
    return new Map(
      this.outputs.map(({ name, datatype, shape }) => {
        const given = rowOutputs?.get(name)?.shape ?? shape
        const row = shape.slice(1).map((size, axis) => (size === -1 ? Math.max(0, given[axis + 1]!) : size))
        return [name, { datatype, shape: [0, ...row], data: allocate(datatype, 0) } as Tensor]
      }),
    )
  }
}

function checkStillWanted({ signal, deadline }: PredictOptions): void {
  if (signal?.aborted) throw cancelled('The request was taken back before its run.')
  if (deadline === undefined || performance.now() <= deadline) return
  throw deadlineExceeded('The request was late before its run.')
}

/** Some kernels of WebAssembly read and write past the end of an empty tensor. */
function checkNotEmpty(inputs: TensorMap): void {
  for (const [name, { data }] of inputs)
    if (data.length === 0) throw evaluationFailed(`Input '${name}' is empty.`)
}

/** Of an output that the model says nothing about, the rank that it had; sizes but the number of rows need not be the same. */
function withRank(output: OutputMetadata, { rowsIndependent, rowOutputs }: Findings): OutputMetadata {
  const given = rowOutputs?.get(output.name)
  if (output.unranked !== true || !rowsIndependent || given === undefined) return output
  const { unranked: _, ...ranked } = output
  return { ...ranked, shape: given.shape.map(() => -1) }
}

/** The least number of rows that an input fixes. */
function fixedRows(inputs: readonly TensorMetadata[]): number {
  const fixed = inputs.flatMap(({ shape: [rows] }) => (rows === undefined || rows === -1 ? [] : [rows]))
  return Math.min(Number.POSITIVE_INFINITY, ...fixed)
}

/** TF.js has one kind of error for all that it refuses, and for all that goes wrong. */
function asRefusal(error: unknown): never {
  if (error instanceof ServingError || error instanceof MissingKernel) throw error
  throw evaluationFailed(messageOf(error), error)
}
