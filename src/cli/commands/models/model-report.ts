import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../core/errors.ts'
import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import type { EngineChoice } from '../../../flavors/engine-choice.ts'
import type { PrepareOptions } from '../../../flavors/flavor.ts'
import type { MlModel } from '../../../flavors/mlmodel.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import { loadFlavor } from '../../../runtime/load-flavor.ts'

/** Everything that is known of a model without sending it a request. */
export interface ModelReport {
  readonly model: ResolvedModel
  readonly mlmodel: MlModel
  readonly files: number
  readonly bytes: number
  /** What runs it; undefined where nothing does. */
  readonly engine: EngineChoice | undefined
  /** What the model file itself takes and gives, or why the engine does not open it. */
  readonly file: ModelInterface | { readonly problem: string }
}

export interface ModelInterface {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
}

/** @throws ServingError where the folder holds no model that Headrace serves */
export async function reportOn(model: ResolvedModel, prepare: PrepareOptions): Promise<ModelReport> {
  const mlmodel = await readMlModel(model.path)
  const [size, opened] = await Promise.all([sizeOf(model.path), open(mlmodel, prepare)])
  return { model, mlmodel, ...size, ...opened }
}

/** From the engine, since a model file's own tables need not be what it makes of them. */
async function open(
  mlmodel: MlModel,
  options: PrepareOptions,
): Promise<Pick<ModelReport, 'engine' | 'file'>> {
  try {
    const flavor = await loadFlavor(mlmodel)
    const prepared = await flavor.prepare(mlmodel, options)
    const predictor = await flavor.load(prepared, { intraOpThreads: 1 })
    const { inputs, outputs } = predictor
    await predictor.close()
    return { engine: prepared.engine, file: { inputs, outputs } }
  } catch (error) {
    return { engine: undefined, file: { problem: messageOf(error) } }
  }
}

/** Of all files of a folder, or of a bare model file. Links are not followed. */
export async function sizeOf(path: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const own = await lstat(path)
  if (!own.isDirectory()) return { files: 1, bytes: own.size }
  let files = 0
  let bytes = 0
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    files += 1
    bytes += (await lstat(join(entry.parentPath, entry.name))).size
  }
  return { files, bytes }
}
