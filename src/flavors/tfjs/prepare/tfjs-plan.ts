import { internalError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import type { EngineProof } from '../../flavor.ts'
import type { CompiledCopy } from './prepare-messages.ts'
import type { Verdict } from './verdict.ts'

/** What a prepared TF.js model says to whoever loads it. */
export interface TfjsPlan {
  readonly kind: 'tfjs'
  readonly dataFile: string
  /** Of the artifacts that were prepared. */
  readonly digest: string
  /** Whether rows are answered as if each were alone; undefined where nobody has tried. */
  readonly rowsIndependent?: boolean
  /** No run of it is to be tried when it is loaded. */
  readonly isTooLarge?: true
  /** What was found out; undefined where an engine was wished for, or where it could not be. */
  readonly verdict?: Verdict
  /** What onnxruntime loads; undefined for other engines. */
  readonly compiled?: CompiledPlan
}

export interface CompiledPlan {
  readonly copy: CompiledCopy
  /** Of the ONNX model, in hexadecimal. */
  readonly sha256: string
  readonly nodes: number
  readonly proof: EngineProof
}

/** Whatever else was prepared is another flavor's. */
export function planOf(plan: unknown): TfjsPlan {
  if (!isTfjsPlan(plan)) throw internalError('A TF.js model is loaded that was not prepared')
  return plan
}

function isTfjsPlan(plan: unknown): plan is TfjsPlan {
  return isRecord(plan) && plan['kind'] === 'tfjs'
}

export function compiledPlan({ compiled }: TfjsPlan): CompiledPlan {
  if (compiled === undefined) throw internalError('A model is given to onnxruntime that was not compiled')
  return compiled
}
