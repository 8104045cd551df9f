import { ServingError } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { hasFault } from '../../rollout/comparison/output-faults.ts'
import type { ServedModel } from '../../runtime/served-model.ts'

/**
 * What an answer says of its variant. `unsure`: the run failed on inputs that were read, which the control may fail on as well.
 * Undefined: nothing, since its client has left, or the server refused it for reasons that have nothing to do with the variant.
 */
export type Judgement = 'good' | 'error' | 'client-fault' | 'unsure' | undefined

export interface JudgedAnswer {
  readonly status: number
  readonly failure: unknown
  /** Its model had been asked. */
  readonly hasRun: boolean
  /** The server is on its way out. */
  readonly isDraining: boolean
}

const OK = 200
const CLIENT_LEFT = 499

/** Refusals that tell of the variant's own queue. */
const OWN_REFUSALS: ReadonlySet<unknown> = new Set(['queue', 'wait'])

export function judge({ status, failure, hasRun, isDraining }: JudgedAnswer): Judgement {
  if (status === OK) return 'good'
  if (status === CLIENT_LEFT) return undefined
  const refused = failure instanceof ServingError ? failure.details['refused'] : undefined
  if (refused !== undefined) return OWN_REFUSALS.has(refused) ? 'error' : undefined
  if (status >= 500) return isDraining ? undefined : 'error'
  return hasRun ? 'unsure' : 'client-fault'
}

/** Of a larger output its beginning is looked at: about 20 microseconds. */
const SCANNED_ELEMENTS = 16 * 1024

/** Of a reply that was written where the model runs. */
const SCANNED_BYTES = 64 * 1024
/** As MLflow writes them, bare among other values; in a text they have quotes around them. */
const NOT_FINITE = /[[,:] ?(?:NaN|-?Infinity)[,\]}]/

/** Whether outputs hold NaN or an infinity, or have another shape than the control's are said to have. */
export function hasFaultBeside(outputs: TensorMap, control: ServedModel): boolean {
  for (const { name, shape } of control.predictor.outputs) {
    const given = outputs.get(name)?.shape
    if (given !== undefined && shape.length > 0 && !fits(given, shape)) return true
  }
  return hasFault(beginningsOf(outputs))
}

/** The first dimension is that of the rows. */
function fits(given: readonly number[], shape: readonly number[]): boolean {
  if (given.length !== shape.length) return false
  return shape.every((dim, axis) => axis === 0 || dim === -1 || dim === given[axis])
}

function beginningsOf(outputs: TensorMap): TensorMap {
  let beginnings: TensorMap = outputs
  for (const [name, tensor] of outputs) {
    if (tensor.data.length <= SCANNED_ELEMENTS) continue
    const data = tensor.data.slice(0, SCANNED_ELEMENTS)
    beginnings = new Map([...beginnings, [name, { ...tensor, data } as typeof tensor]])
  }
  return beginnings
}

/** Whether the beginning of a reply's JSON text holds NaN or an infinity. */
export function tellsFault(reply: Uint8Array): boolean {
  const { buffer, byteOffset, length } = reply
  const beginning = Buffer.from(buffer, byteOffset, Math.min(length, SCANNED_BYTES))
  return NOT_FINITE.test(beginning.toString('latin1'))
}
