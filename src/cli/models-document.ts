import { readFile, stat } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../core/errors.ts'
import { YamlPlace } from './yaml-place.ts'

/** What stands in the file of `--models-file`, not read any further. */
export interface ModelsDocument {
  readonly models: YamlPlace | undefined
  readonly rollouts: YamlPlace | undefined
}

const MAX_BYTES = 1024 * 1024

/** @throws ServingError INVALID_PARAMETER_VALUE where the file cannot be read, is not YAML, or has other keys or none. */
export async function openModelsDocument(file: string): Promise<ModelsDocument> {
  const root = YamlPlace.read(file, await readText(file))
  const places = root.map(['models', 'rollouts'])
  const [models, rollouts] = [places.get('models'), places.get('rollouts')]
  if (models === undefined && rollouts === undefined) throw root.failure("the key 'models' is needed")
  return { models, rollouts }
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) throw new RangeError(`it is larger than ${MAX_BYTES} bytes`)
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (error) {
    throw invalidParameter(`The models file ${file} cannot be read: ${messageOf(error)}`)
  }
}
