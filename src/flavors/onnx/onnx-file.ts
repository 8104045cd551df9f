import { dirname } from 'node:path'
import { invalidModel } from '../../core/errors.ts'
import type { MlModel } from '../mlmodel.ts'
import { findModelFile } from '../model-file.ts'
import { checkExternalData, checkOperators, checkValues } from './check-model.ts'
import type { ModelSummary } from './model-summary.ts'
import { readSummary } from './read-summary.ts'
import { WireFile } from './wire-file.ts'
import { findZipMaps, rewriteZipMaps, type ZipMap } from './zipmap.ts'

/** A model file that has been read and found safe and servable, weights aside. */
export interface OnnxFile {
  readonly path: string
  /** Where onnxruntime looks for external data. */
  readonly directory: string
  readonly summary: ModelSummary
  readonly zipMaps: readonly ZipMap[]
  readonly weightBytes: number
  /** What has to be loaded in the file's place, where it cannot be loaded as it is. */
  readonly rewritten: Uint8Array<ArrayBuffer> | undefined
}

/** @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST */
export async function readOnnxFile(model: MlModel): Promise<OnnxFile> {
  const data = model.flavorConfig['data']
  if (typeof data !== 'string') {
    throw invalidModel("The 'onnx' flavor of the MLmodel file names no model file ('data').")
  }
  const { path, bytes } = await findModelFile(model.directory, data)
  const directory = dirname(path)
  const file = new WireFile(path)
  try {
    const summary = readSummary(file)
    const zipMaps = findZipMaps(file, summary)
    checkOperators(summary)
    checkValues(summary, new Set(zipMaps.map(({ output }) => output)))
    return {
      path,
      directory,
      summary,
      zipMaps,
      weightBytes: bytes + (await checkExternalData(directory, summary)),
      rewritten: zipMaps.length === 0 ? undefined : rewriteZipMaps(file, summary, zipMaps),
    }
  } finally {
    file.close()
  }
}
