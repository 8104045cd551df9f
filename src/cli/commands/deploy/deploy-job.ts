import { extname } from 'node:path'
import { Command } from 'commander'
import { messageOf } from '../../../core/errors.ts'
import { batchManifests, indexLength } from '../../../image/kubernetes/batch-job.ts'
import type { DeployJobSettings } from '../../deploy-settings.ts'
import { PREDICT_SETTINGS, type PredictSettings } from '../../predict-settings.ts'
import { addSettings } from '../../setting.ts'
import { SHARD_PLACE } from '../../shard-place.ts'
import { usageError } from '../../usage-error.ts'
import { workloadOf } from './workload-of.ts'
import { writeManifests } from './write-manifests.ts'

/** Of a pod's host name. */
const LONGEST_NAME = 63

/** `headrace deploy kubernetes-job`. @param options of `headrace predict` */
export async function deployJob(settings: DeployJobSettings, options: readonly string[]): Promise<void> {
  const { inputPath, outputPath, inputClaim, outputClaim = inputClaim, shards, retries } = settings
  if (inputPath === undefined || outputPath === undefined) {
    throw usageError('No files are named: add --input-path (-i) and --output-path (-o)')
  }
  if (inputClaim === undefined || outputClaim === undefined) {
    throw usageError('No volume is named: add --input-claim NAME')
  }
  checkOptions(options, shards)
  const workload = {
    ...(await workloadOf(settings, {
      ending: '-predict',
      longest: LONGEST_NAME - indexLength(shards),
    })),
    ...{ shards, retries, options },
    parallelism: Math.min(settings.parallelism ?? shards, shards),
    input: { claim: inputClaim, path: inputPath },
    output: { claim: outputClaim, path: withShard(outputPath) },
  }
  await writeManifests(batchManifests(workload), settings.manifests)
}

/** `scores.parquet` to `scores-{shard}.parquet`. */
function withShard(path: string): string {
  if (path.includes(SHARD_PLACE)) return path
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}-${SHARD_PLACE}${extension}`
}

/** What the command itself says of each shard. */
const OWN = ['shard', 'inputPath', 'outputPath', 'modelUri', 'resume', 'resumeIfSame'] as const

/**
 * @throws ServingError INVALID_PARAMETER_VALUE for options that each pod would refuse, that are the command's own, or by
 *   which all pods would write one file
 */
function checkOptions(options: readonly string[], shards: number): void {
  const predict = new Command('predict')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(predict, PREDICT_SETTINGS)
  try {
    predict.parse([...options], { from: 'user' })
  } catch (error) {
    throw usageError(`Behind --: ${messageOf(error).replace(/^error: /, '')}`)
  }
  const own = OWN.find((name) => predict.getOptionValueSource(name) === 'cli')
  if (own !== undefined) {
    throw usageError(`'${PREDICT_SETTINGS[own].flags}' is not for behind --: the job itself says it`)
  }
  const { badRows } = predict.opts<Pick<PredictSettings, 'badRows'>>()
  if (shards > 1 && badRows !== undefined && !badRows.includes(SHARD_PLACE)) {
    throw usageError(
      `Behind --: all ${shards} pods would write the bad rows to '${badRows}': put ${SHARD_PLACE} into it`,
    )
  }
}
