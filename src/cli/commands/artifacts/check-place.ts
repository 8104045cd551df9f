import { usageError } from '../../usage-error.ts'
import type { ListOptions } from './options.ts'

/** What the files are of. @throws ServingError INVALID_PARAMETER_VALUE unless it is one thing */
export function checkPlace({
  runId,
  artifactUri,
  artifactPath,
}: ListOptions): { uri: string } | { runId: string } {
  if (runId !== undefined && artifactUri === undefined) return { runId }
  if (artifactUri !== undefined && runId === undefined && artifactPath === undefined)
    return { uri: artifactUri }
  throw usageError('Name the files by --run-id with or without --artifact-path, or by --artifact-uri alone')
}
