import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../core/errors.ts'
import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import type { MlModel } from '../../../flavors/mlmodel.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import { loadFlavor } from '../../../runtime/load-flavor.ts'

/** Everything that is known of a model without sending it a request. */
export interface ModelReport {
  readonly model: ResolvedModel
  readonly mlmodel: MlModel
  readonly files: number
  readonly bytes: number
  /** What the model file itself takes and gives, or why the engine does not open it. */
  readonly file: ModelInterface | { readonly problem: string }
}

export interface ModelInterface {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
}

/** @throws ServingError where the folder holds no model that Headrace serves */
export async function reportOn(model: ResolvedModel): Promise<ModelReport> {
  const mlmodel = await readMlModel(model.path)
  const [size, file] = await Promise.all([sizeOf(model.path), interfaceOf(mlmodel)])
  return { model, mlmodel, ...size, file }
}

/** From the engine, since a model file's own tables need not be what it makes of them. */
async function interfaceOf(mlmodel: MlModel): Promise<ModelReport['file']> {
  try {
    const flavor = await loadFlavor(mlmodel)
    const prepared = await flavor.prepare(mlmodel)
    const predictor = await flavor.load(prepared, { intraOpThreads: 1 })
    const { inputs, outputs } = predictor
    await predictor.close()
    return { inputs, outputs }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** Of all files of a folder, or of a bare model file. Links are not followed. */
async function sizeOf(path: string): Promise<{ readonly files: number; readonly bytes: number }> {
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
