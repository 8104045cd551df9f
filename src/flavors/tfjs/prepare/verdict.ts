import { isRecord } from '../../../core/record.ts'
import type { EngineProof } from '../../flavor.ts'

/** The backend of TF.js that a model was tried with. */
export type ReferenceBackend = 'wasm' | 'cpu'

/** What was found out about a model, once for all its starts. Plain data, kept as JSON. */
export interface Verdict {
  /** Bytes of model.json and its shards. */
  readonly weightBytes: number
  /** It has loops, so that its inputs decide how long it runs. */
  readonly unboundedRun: boolean
  /** Whether each row is answered as if it were alone; undefined where nobody has found out. */
  readonly rowsIndependent?: boolean
  readonly reference: ReferenceBackend
  /** Why the wasm backend cannot run it, `has no Einsum`; undefined where it can. */
  readonly wasmLack?: string
  readonly outcome: CompiledOutcome | RefusedOutcome
}

/** It was compiled to ONNX, and proved. */
export interface CompiledOutcome {
  readonly kind: 'compiled'
  /** Of the ONNX model. */
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
  readonly nodes: number
  readonly proof: EngineProof
}

export interface RefusedOutcome {
  readonly kind: 'refused'
  /** Half a sentence: `layer 'lstm_1' (LSTM): stateful layers are not compiled`. */
  readonly reason: string
  /** What TF.js said of made-up inputs, where it took none of them. */
  readonly untried?: string
  /** No run of it is to be tried before its first request. */
  readonly isTooLarge?: true
}

/** A verdict that was kept as JSON; undefined where that is broken. */
export function parseVerdict(text: string): Verdict | undefined {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  return isVerdict(found) ? found : undefined
}

function isVerdict(found: unknown): found is Verdict {
  if (!isRecord(found)) return false
  const { weightBytes, unboundedRun, rowsIndependent, reference, wasmLack, outcome } = found
  return (
    typeof weightBytes === 'number' &&
    typeof unboundedRun === 'boolean' &&
    (rowsIndependent === undefined || typeof rowsIndependent === 'boolean') &&
    (reference === 'wasm' || reference === 'cpu') &&
    (wasmLack === undefined || typeof wasmLack === 'string') &&
    isRecord(outcome) &&
    (isCompiled(outcome) || isRefused(outcome))
  )
}

function isCompiled({ kind, bytes, sha256, nodes, proof }: Readonly<Record<string, unknown>>): boolean {
  return (
    kind === 'compiled' &&
    typeof bytes === 'number' &&
    typeof sha256 === 'string' &&
    typeof nodes === 'number' &&
    isRecord(proof) &&
    typeof proof['cases'] === 'number' &&
    typeof proof['largestDifference'] === 'number'
  )
}

function isRefused({ kind, reason, untried, isTooLarge }: Readonly<Record<string, unknown>>): boolean {
  return (
    kind === 'refused' &&
    typeof reason === 'string' &&
    (untried === undefined || typeof untried === 'string') &&
    (isTooLarge === undefined || isTooLarge === true)
  )
}
