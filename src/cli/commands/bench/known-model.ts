import type { KnownModel } from '../../../bench/targets/target-options.ts'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { isPathSegment } from '../../../core/path-segment.ts'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import { readModelFile } from '../../../flavors/model-file.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import { createLogger } from '../../../server/logger.ts'
import { openRegistryClient } from '../../compose-registry.ts'
import { planOf } from '../../model-settings.ts'
import type { RegistrySettings } from '../../registry-settings.ts'

const MAX_EXAMPLE_BYTES = 64 * 1024 * 1024

/** A model whose files are on this machine. */
export interface FoundModel {
  /** As the user named it: `NAME=URI` gives the name, else it is that of the model. */
  readonly name: string
  readonly resolved: ResolvedModel
  /** By which `headrace serve` serves these files under their name, wherever the URI leads by then. */
  readonly served: string
  readonly known: KnownModel
}

/** Finds a model, and reads what its folder tells of its inputs. @throws ServingError as `headrace serve` would */
export async function findModel(
  given: string,
  settings: RegistrySettings,
  signal: AbortSignal,
): Promise<FoundModel> {
  const { name, uri } = planOf(given)
  const registry = openRegistryClient(settings, createLogger({ level: 'warn', format: 'text' }))
  try {
    const resolved = await registry.resolve(uri, { signal })
    const shown = name ?? resolved.name
    const served =
      isPathSegment(shown) && /^[\w.-]+$/.test(shown) ? `${shown}=${resolved.path}` : resolved.path
    return { name: shown, resolved, served, known: await readKnown(resolved.path) }
  } finally {
    await registry.close()
  }
}

async function readKnown(path: string): Promise<KnownModel> {
  const { signature, directory, servingInputPath, inputExamplePath } = await readMlModel(path)
  const file = servingInputPath ?? inputExamplePath
  return file === undefined ? { signature } : { signature, example: await readExample(directory, file) }
}

async function readExample(directory: string, file: string): Promise<unknown> {
  try {
    const bytes = await readModelFile(directory, file, MAX_EXAMPLE_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw invalidParameter(`The model's input example ${file} cannot be read: ${messageOf(error)}`)
  }
}
