import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import type { Placement } from '../served-model.ts'

export interface TuningSubject {
  readonly model: PreparedModel
  readonly placement: Placement
  readonly batching: BatchingOptions
}

/** A model of more files is known by the first of them. */
const MOST_FILES = 1000

/**
 * Equal where a model would be tuned in the same way: the same files (by name, size and time: to read all of a large
 * model would take longer than to tune it), settings, place, and cores. @throws what the file system throws.
 */
export async function tuningKey({ model, placement, batching }: TuningSubject): Promise<string> {
  const { directory, flavor, flavorConfig, engine, traits } = model
  const hash = createHash('sha256')
  hash.update(JSON.stringify([flavor, flavorConfig, engine, traits, placement, batching]))
  hash.update(JSON.stringify([process.versions.node, process.arch, availableParallelism()]))
  for (const name of await namesIn(directory, flavorConfig['data'])) {
    const { size, mtimeMs } = await stat(join(directory, name))
    hash.update(JSON.stringify([name, size, mtimeMs]))
  }
  return hash.digest('hex')
}

/** Of the file that a flavor names, or of all in the folder that it names. */
async function namesIn(directory: string, data: unknown): Promise<readonly string[]> {
  const name = typeof data === 'string' ? data : '.'
  if ((await stat(join(directory, name))).isFile()) return [name]
  const entries = await readdir(join(directory, name))
  return entries
    .sort()
    .slice(0, MOST_FILES)
    .map((entry) => join(name, entry))
}
