import { invalidModel } from '../../../core/errors.ts'
import type { loadCompiled as loadInOnnxruntime } from './load-compiled.ts'

/** Which engine an image brings is settled when it is built. */
export const loadCompiled: typeof loadInOnnxruntime = async () => {
  throw invalidModel(
    'This image was built for TF.js on WebAssembly and has no onnxruntime: build an image with --tfjs-engine auto.',
  )
}
