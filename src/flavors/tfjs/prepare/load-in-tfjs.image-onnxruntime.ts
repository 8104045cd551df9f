import { invalidModel } from '../../../core/errors.ts'
import type { loadInTfjs as loadInAnyTfjs } from './load-in-tfjs.ts'

/** Which engine an image brings is settled when it is built. */
export const loadInTfjs: typeof loadInAnyTfjs = async (_directory, _plan, backend) => {
  throw invalidModel(
    `This image was built for onnxruntime and has no TF.js (--tfjs-engine ${backend}): build an image with ` +
      '--tfjs-engine wasm.',
    { details: { engine: backend } },
  )
}
