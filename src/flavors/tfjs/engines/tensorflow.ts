import type { loadGraphModel } from '@tensorflow/tfjs-converter'
import type * as Core from '@tensorflow/tfjs-core'
import type { loadLayersModel } from '@tensorflow/tfjs-layers'

/**
 * What Headrace uses of TF.js 4.22. wasm and cpu share one copy of it; `@tensorflow/tfjs-node` brings its own.
 */
export interface Tensorflow
  extends Pick<
    typeof Core,
    'engine' | 'env' | 'findBackend' | 'getBackend' | 'memory' | 'setBackend' | 'tensor'
  > {
  readonly loadGraphModel: typeof loadGraphModel
  readonly loadLayersModel: typeof loadLayersModel
}

export type TfTensor = Core.Tensor
export type TfArtifacts = Core.io.ModelArtifacts
