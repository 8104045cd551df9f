import type { Platform } from '../platform.ts'
import type { ImageEngine } from '../program/plan-program.ts'

/** What the lower layers of an image are planned from. */
export interface SystemRequest {
  readonly platform: Platform
  /** An image below brings the C library with its loader, and the C++ library. */
  readonly hasBase: boolean
  /** What runs the model: onnxruntime has a layer of its own, TF.js is part of the program. */
  readonly engine: ImageEngine
  /** Folder of Headrace's cache: packages from the npm registry are kept in its `packages`. */
  readonly cacheFolder: string
  readonly signal?: AbortSignal | undefined
}
