import { createHash } from 'node:crypto'
import { invalidModel } from '../../../core/errors.ts'
import { readModelJson, type TfjsFormat } from '../../tfjs-model-json.ts'
import { findShards, readShards, type Shard } from './shards.ts'
import { checkTotal, readShardNames } from './weight-specs.ts'

/** What a TF.js model is known by, without reading its weights into memory. */
export interface ArtifactsDigest {
  /** SHA-256 of model.json and all shards, in hexadecimal: `digest` of what `readArtifacts` gives. */
  readonly digest: string
  /** Of model.json and all shards. */
  readonly bytes: number
  readonly format: TfjsFormat
}

/**
 * @param directory absolute path of the model's folder.
 * @param dataFile `model.json`, or its path in the folder.
 * @param statedFormat `format` of the flavor in an MLmodel file, which need not be there but may not be another.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function digestArtifacts(
  directory: string,
  dataFile: string,
  statedFormat?: unknown,
): Promise<ArtifactsDigest> {
  const { bytes: modelJson, format, weightsManifest } = await readModelJson(directory, dataFile)
  if (statedFormat !== undefined && statedFormat !== null && statedFormat !== format) {
    throw invalidModel(
      `The MLmodel file says that '${dataFile}' is a ${String(statedFormat)}, but it is a ${format}. Correct 'format' of ` +
        "its flavor 'tfjs', or leave it out.",
    )
  }
  const shards = await findShards(directory, dataFile, readShardNames(weightsManifest))
  const weightBytes = shards.reduce((sum, { bytes }) => sum + bytes, 0)
  checkTotal(weightBytes)
  const digest = joinDigests(modelJson, shards, await readShards(shards, undefined))
  return { digest, bytes: modelJson.byteLength + weightBytes, format }
}

/** One digest of names, lengths and contents. Wherever a model lies, it is the same. */
export function joinDigests(
  modelJson: Uint8Array,
  shards: readonly Shard[],
  shardDigests: readonly string[],
): string {
  const whole = createHash('sha256')
  const content = createHash('sha256').update(modelJson).digest('hex')
  whole.update(`"model.json" ${modelJson.byteLength} ${content}\n`)
  for (const [index, { name, bytes }] of shards.entries()) {
    whole.update(`${JSON.stringify(name)} ${bytes} ${shardDigests[index]}\n`)
  }
  return whole.digest('hex')
}
