/**
 * What `--tfjs-engine` takes. `onnxruntime` runs a model compiled to ONNX, `wasm` and `cpu` are TF.js's own backends,
 * `tfjs-node` is TensorFlow through @tensorflow/tfjs-node. `auto` takes the first of them that serves the model.
 */
export const TFJS_ENGINES = ['auto', 'onnxruntime', 'wasm', 'tfjs-node', 'cpu'] as const

export type TfjsEngineChoice = (typeof TFJS_ENGINES)[number]

/** What runs a model. */
export type EngineName = Exclude<TfjsEngineChoice, 'auto'>

export interface EngineChoice {
  readonly name: EngineName
  /** Why it is not the engine that would be preferred; undefined where it is. */
  readonly reason?: string
}
