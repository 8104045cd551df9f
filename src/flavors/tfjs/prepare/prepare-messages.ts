import type { SerializedError } from '../../../core/errors.ts'
import type { PreparedCache } from '../../flavor.ts'
import type { ReferenceBackend, Verdict } from './verdict.ts'

/** What the thread that prepares a model is told when it starts. */
export interface PrepareJob {
  readonly directory: string
  readonly dataFile: string
  /** Of the artifacts, as they were when the verdict was looked for. */
  readonly digest: string
  readonly reference: ReferenceBackend
  /** Why the wasm backend cannot run the model, where it was tried before: `has no Einsum`. */
  readonly wasmLack?: string
  readonly cache?: PreparedCache
  readonly key: string
}

/** The compiled model, for all threads that will load it. */
export type CompiledCopy =
  | { readonly path: string }
  /** There is no cache, or it cannot be written. */
  | { readonly shared: Uint8Array<SharedArrayBuffer> }

/** What the thread finds out. */
export interface Settled {
  readonly verdict: Verdict
  readonly copy?: CompiledCopy
  /** Why nothing was kept for the next start. */
  readonly notKept?: string
  /** WebAssembly gives something else, which is wrong where the cpu backend gives what onnxruntime gives. */
  readonly isDisputed?: boolean
}

/** Its one answer. */
export type PrepareReply =
  | ({ readonly status: 'settled' } & Settled)
  /** The backend of TF.js `has no Einsum`, or broke. */
  | { readonly status: 'unable'; readonly lack: string }
  | { readonly status: 'failed'; readonly error: SerializedError }
