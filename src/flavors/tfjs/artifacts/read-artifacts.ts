import { isRecord } from '../../../core/record.ts'
import { type ModelJson, readModelJson } from '../../tfjs-model-json.ts'
import { checkTopology } from './check-topology.ts'
import { checkShardSizes, checkTexts } from './check-weights.ts'
import { joinDigests } from './digest-artifacts.ts'
import type { ModelArtifacts } from './model-artifacts.ts'
import { findShards, readShards } from './shards.ts'
import { checkTotal, readWeightGroups } from './weight-specs.ts'

/**
 * Reads a TF.js model and checks it: its files are safe and complete, its weights are as long as its manifest says,
 * and TF.js knows what its topology uses.
 * @param directory absolute path of the model's folder.
 * @param dataFile `model.json`, or its path in the folder; shards lie beside it.
 * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function readArtifacts(directory: string, dataFile: string): Promise<ModelArtifacts> {
  const model = await readModelJson(directory, dataFile)
  const groups = readWeightGroups(model.weightsManifest)
  const weightSpecs = groups.flatMap(({ specs }) => specs)
  const header = readHeader(model)
  checkTopology({ ...header, weightSpecs })
  const shards = await findShards(
    directory,
    dataFile,
    groups.flatMap(({ paths }) => paths),
  )
  const total = shards.reduce((sum, { bytes }) => sum + bytes, 0)
  checkTotal(total)
  checkShardSizes(groups, shards)
  const weightData = new ArrayBuffer(total)
  const digests = await readShards(shards, new Uint8Array(weightData))
  checkTexts(groups, weightData)
  return { ...header, weightSpecs, weightData, digest: joinDigests(model.bytes, shards, digests) }
}

function readHeader({
  format,
  topology,
  content,
}: ModelJson): Omit<ModelArtifacts, 'weightSpecs' | 'weightData' | 'digest'> {
  const { signature, generatedBy, convertedBy } = content
  return {
    format,
    // tfjs-converter reads the versions of any GraphDef.
    topology: format === 'graph-model' ? { versions: {}, ...topology } : topology,
    signature: isRecord(signature) ? signature : undefined,
    initializer: content['modelInitializer'],
    initializerSignature: content['initializerSignature'],
    userDefinedMetadata: content['userDefinedMetadata'],
    generatedBy: typeof generatedBy === 'string' ? generatedBy : undefined,
    convertedBy: typeof convertedBy === 'string' ? convertedBy : undefined,
  }
}
