import { invalidModel } from '../../../core/errors.ts'
import type { Predictor } from '../../../core/predictor.ts'
import { readArtifacts } from '../artifacts/read-artifacts.ts'
import { MissingKernel } from '../engines/missing-kernel.ts'
import { openTfjs, type TfjsBackend } from '../engines/open-tfjs.ts'
import { checkGraphSizes } from './check-graph-sizes.ts'
import type { TfjsPlan } from './tfjs-plan.ts'

/** Opens a model in TF.js itself. @throws ServingError INVALID_PARAMETER_VALUE */
export async function loadInTfjs(
  directory: string,
  { dataFile, rowsIndependent, isTooLarge }: TfjsPlan,
  backend: TfjsBackend,
): Promise<Predictor> {
  const artifacts = await readArtifacts(directory, dataFile)
  await checkGraphSizes(artifacts)
  try {
    return await openTfjs(artifacts, backend, {
      ...(rowsIndependent === undefined ? {} : { rowsIndependent }),
      ...(isTooLarge === undefined ? {} : { unexamined: true }),
    })
  } catch (error) {
    if (!(error instanceof MissingKernel)) throw error
    throw invalidModel(`${error.message} Another engine may: --tfjs-engine auto finds one.`, {
      details: { engine: backend, kernel: error.kernel },
      cause: error,
    })
  }
}
