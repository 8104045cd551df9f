import { messageOf } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { joinRows, sliceRows } from '../../../core/tensor-rows.ts'
import { compareOutputs } from '../trial/compare-outputs.ts'
import { EngineBroken } from './backend.ts'
import { MissingKernel } from './missing-kernel.ts'
import type { ModelRunner } from './model-runner.ts'
import { type SampleRows, sampleRows } from './sample-inputs.ts'
import { unrunnable } from './unrunnable.ts'

/** What a model's first runs in this thread have shown. */
export interface Findings {
  /** Each row is answered as if it were alone, and outputs have a row for each. */
  readonly rowsIndependent: boolean
  /** Bytes of tensors that a row takes at most, inputs and outputs included; undefined where no row could be made up. */
  readonly rowBytes: number | undefined
  /** What one row gave. */
  readonly rowOutputs: TensorMap | undefined
  /** What TF.js said of the last made-up row, where it took none. */
  readonly refusal?: string
}

/** Of a model that was not run: its rows stay together. */
export const NOTHING_FOUND: Findings = { rowsIndependent: false, rowBytes: undefined, rowOutputs: undefined }

export interface ExaminedModel {
  readonly inputs: readonly TensorMetadata[]
  readonly runner: ModelRunner
  /** Known already; found out where undefined. */
  readonly rowsIndependent: boolean | undefined
}

/**
 * Runs made-up rows: one, for the operations that the backend lacks and for the memory that a row takes, and that row before
 * and after another one, where the number of rows is free. A model that takes no made-up input shows nothing.
 * @throws MissingKernel, EngineBroken; ServingError INVALID_PARAMETER_VALUE where the model is to blame, whatever the input is
 */
export async function examineModel(model: ExaminedModel): Promise<Findings> {
  const { inputs, runner } = model
  const refusals: unknown[] = []
  for (const rows of sampleRows(inputs)) {
    const measured = await unlessRefused(
      () => runner.measure(rows.row),
      (error) => refusals.push(error),
    )
    if (measured === undefined) continue
    const { outputs, peakBytes } = measured
    const rowsIndependent = model.rowsIndependent ?? (await areRowsIndependent(model, rows, outputs))
    return { rowsIndependent, rowBytes: peakBytes, rowOutputs: outputs }
  }
  return { ...unknownRows(refusals), rowsIndependent: model.rowsIndependent ?? false }
}

/** @throws ServingError INVALID_PARAMETER_VALUE where no row could have been taken */
function unknownRows(refusals: readonly unknown[]): Omit<Findings, 'rowsIndependent'> {
  const unable = unrunnable(refusals)
  if (unable !== undefined) throw unable
  return { rowBytes: undefined, rowOutputs: undefined, refusal: messageOf(refusals.at(-1)) }
}

/** Whether every one of the tensors has a first dimension, of any size. */
export function hasFreeRows(tensors: readonly TensorMetadata[]): boolean {
  return tensors.length > 0 && tensors.every(({ shape, unranked }) => unranked !== true && shape[0] === -1)
}

async function areRowsIndependent(
  { inputs, runner }: ExaminedModel,
  { row, other }: SampleRows,
  alone: TensorMap,
): Promise<boolean> {
  if (!hasFreeRows(inputs)) return false
  const together = await unlessRefused(() => runner.run(joinRows([row, other, row])))
  if (together === undefined) return false
  for (const { shape } of together.values()) if (shape[0] !== 3) return false
  // The row before shows what comes after it, the row after shows what came before.
  return isEqual(alone, sliceRows(together, 0, 1)) && isEqual(alone, sliceRows(together, 2, 3))
}

function isEqual(expected: TensorMap, actual: TensorMap): boolean {
  return [...expected].every(([name, output]) => {
    if (output.datatype !== 'BYTES') return compareOutputs(output, actual.get(name)!, 1).equal
    return output.data.join('\0') === (actual.get(name)!.data as readonly string[]).join('\0')
  })
}

/** @returns undefined where TF.js does not take the inputs, or cannot work with them. */
async function unlessRefused<T>(
  work: () => Promise<T>,
  note?: (error: unknown) => void,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MissingKernel || error instanceof EngineBroken) throw error
    note?.(error)
    return undefined
  }
}
