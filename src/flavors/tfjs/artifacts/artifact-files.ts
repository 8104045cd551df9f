import { readModelJson } from '../../tfjs-model-json.ts'
import { findShards } from './shards.ts'
import { readShardNames } from './weight-specs.ts'

/**
 * The files of a TF.js model, relative to its folder: its model.json, then its shards.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function artifactFiles(directory: string, dataFile: string): Promise<readonly string[]> {
  const { weightsManifest } = await readModelJson(directory, dataFile)
  const shards = await findShards(directory, dataFile, readShardNames(weightsManifest))
  const folder = dataFile.slice(0, dataFile.lastIndexOf('/') + 1)
  return [dataFile, ...shards.map(({ name }) => folder + name)]
}
