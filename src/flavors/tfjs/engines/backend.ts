import type { Tensorflow } from './tensorflow.ts'
import type { TfjsBackend } from './tfjs-predictor.ts'

/** TF.js with one way to compute, started in this thread. */
export interface Backend {
  readonly name: TfjsBackend
  readonly tf: Tensorflow
  /** What TF.js calls it: `wasm`, `cpu`, `tensorflow`. */
  readonly registeredName: string
  /** Memory that grows with what a run needs and never shrinks. */
  readonly growing: boolean
  /** Whether the data of a tensor is a copy already, and not the tensor's own memory. */
  readonly copiesData: boolean
  /**
   * Runs `work`, alone in this thread: tensors are told apart by when they were made.
   * @throws EngineBroken, as any later call does, where the backend lost its memory under `work`.
   */
  exclusively<T>(work: () => T | Promise<T>): Promise<T>
}

/** The backend answers nothing any more in this thread. What it has computed since is not to be trusted. */
export class EngineBroken extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause })
    this.name = 'EngineBroken'
  }
}

/** It broke because a run needs more memory than WebAssembly can address, which no other backend should be given either. */
export class OutOfMemory extends EngineBroken {}
