/** What Triton calls the framework of a model, and the engine that runs it. */
export interface Platform {
  readonly platform: string
  readonly backend: string
}

const ONNX: Platform = { platform: 'onnxruntime_onnx', backend: 'onnxruntime' }

/** Triton has no name for TF.js; `tensorflow_js` follows its `tensorflow_savedmodel`. */
const PLATFORMS: ReadonlyMap<string, Platform> = new Map([
  ['onnx', ONNX],
  ['tfjs', { platform: 'tensorflow_js', backend: 'tensorflow_js' }],
])

/** @param flavor of the MLmodel file. */
export function platformOf(flavor: string): Platform {
  return PLATFORMS.get(flavor) ?? { platform: flavor, backend: flavor }
}
