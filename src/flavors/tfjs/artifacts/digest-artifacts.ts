/** What a TF.js model is known by, without reading its weights into memory. */
export interface ArtifactsDigest {
  /** SHA-256 of model.json and all shards, in hexadecimal: `digest` of what `readArtifacts` gives. */
  readonly digest: string
  /** Of model.json and all shards. */
  readonly bytes: number
}

/**
 * @param directory absolute path of the model's folder.
 * @param dataFile `model.json`, or its path in the folder.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function digestArtifacts(directory: string, dataFile: string): Promise<ArtifactsDigest> {
  throw new Error(`not read yet: ${directory} ${dataFile}`)
}
