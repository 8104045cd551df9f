import { invalidModel, type ServingError } from '../../../core/errors.ts'
import { readArtifacts } from '../artifacts/read-artifacts.ts'
import { compileModel } from '../compile/compile.ts'
import { compiledBytes } from './compiled-bytes.ts'
import { sha256Of } from './sha256.ts'
import type { TfjsPlan } from './tfjs-plan.ts'

/**
 * Compiles a model that was compiled before, to the same bytes.
 * @throws ServingError INVALID_PARAMETER_VALUE where the model is no longer what it was
 */
export async function compileAgain(
  directory: string,
  { dataFile, digest, compiled }: TfjsPlan,
): Promise<Uint8Array<ArrayBuffer>> {
  const artifacts = await readArtifacts(directory, dataFile)
  if (artifacts.digest !== digest) throw changedModel(directory)
  const bytes = compiledBytes(await compileModel(artifacts))
  if ((await sha256Of(bytes)) !== compiled?.sha256) throw changedModel(directory)
  return bytes
}

/** The files of a model are not those that were prepared. */
export function changedModel(directory: string): ServingError {
  return invalidModel(`The model in '${directory}' was changed since it was prepared: load it again.`, {
    details: { directory },
  })
}
