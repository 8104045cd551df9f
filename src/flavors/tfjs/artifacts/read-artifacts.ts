import type { ModelArtifacts } from './model-artifacts.ts'

/**
 * Reads a TF.js model and checks it: its files are safe and complete, its weights are as long as its manifest says,
 * and TF.js knows what its topology uses.
 * @param directory absolute path of the model's folder.
 * @param dataFile `model.json`, or its path in the folder; shards lie beside it.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function readArtifacts(directory: string, dataFile: string): Promise<ModelArtifacts> {
  throw new Error(`not read yet: ${directory} ${dataFile}`)
}
