import { stat } from 'node:fs/promises'
import { invalidParameter } from '../../core/errors.ts'
import type { PreparedModel, PrepareOptions } from '../../flavors/flavor.ts'
import { flavorFor } from '../../flavors/flavor-table.ts'
import { readMlModel } from '../../flavors/read-mlmodel.ts'
import type { ImageEngine } from '../program/plan-program.ts'

/** What an image has to bring for a model, settled once, when the image is built. */
export interface ModelNeeds {
  readonly engine: ImageEngine
  /** Why onnxruntime does not run it, half a sentence; undefined where it does. */
  readonly reason: string | undefined
  readonly model: PreparedModel
  /** It was named by its file, not by its folder, so that what else is in that folder is none of its files. */
  readonly isBareFile: boolean
}

/**
 * Prepares a model as `serve` would, which finds out what runs it: a TF.js model is compiled and proved here, so that
 * its image needs neither the compiler nor TF.js.
 * @param path of a model folder, a bare .onnx file or a model.json.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function modelNeeds(path: string, options: PrepareOptions = {}): Promise<ModelNeeds> {
  expectImageEngine(options)
  const mlmodel = await readMlModel(path)
  const model = await (await flavorFor(mlmodel)).prepare(mlmodel, options)
  const { name, reason } = model.engine
  const isBareFile = !(await stat(path)).isDirectory()
  return { engine: name === 'onnxruntime' ? 'onnxruntime' : 'tfjs', reason, model, isBareFile }
}

function expectImageEngine({ tfjsEngine = 'auto' }: PrepareOptions): void {
  if (tfjsEngine !== 'tfjs-node' && tfjsEngine !== 'cpu') return
  throw invalidParameter(
    `--tfjs-engine ${tfjsEngine} is not for images: they take auto, onnxruntime and wasm`,
    { tfjsEngine },
  )
}
