import type { Platform } from '../platform.ts'

/** What the lower layers of an image are planned from. */
export interface SystemRequest {
  readonly platform: Platform
  /** An image below brings the C library, its loader and the C++ library. */
  readonly hasBase: boolean
  /** What runs the model: onnxruntime has a layer of its own, TF.js is part of the program. */
  readonly engine: 'onnxruntime' | 'tfjs'
  /** Folder for what is fetched from the npm registry; made where it is not there. */
  readonly cacheFolder: string
  readonly signal?: AbortSignal | undefined
}
