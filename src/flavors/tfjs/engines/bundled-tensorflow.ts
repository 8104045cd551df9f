/** TF.js as the package brings it along: one chunk of `dist/`, loaded by the engines that run on it (docs/decisions/0016). */
export { loadGraphModel } from '@tensorflow/tfjs-converter'
export {
  engine,
  env,
  findBackend,
  getBackend,
  getKernel,
  memory,
  registerKernel,
  setBackend,
  tensor,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
export { loadLayersModel } from '@tensorflow/tfjs-layers'
