import { extname } from 'node:path'
import { Command } from 'commander'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { batchManifests, indexLength } from '../../../image/kubernetes/batch-job.ts'
import type { DeployJobSettings } from '../../deploy-settings.ts'
import { PREDICT_SETTINGS } from '../../predict-settings.ts'
import { addSettings } from '../../setting.ts'
import { SHARD_PLACE } from '../../shard-place.ts'
import { workloadOf } from './workload-of.ts'
import { writeManifests } from './write-manifests.ts'

/** Of a pod's host name. */
const LONGEST_NAME = 63

/** `headrace deploy kubernetes-job`. @param options of `headrace predict` */
export async function deployJob(settings: DeployJobSettings, options: readonly string[]): Promise<void> {
  const { inputPath, outputPath, inputClaim, outputClaim = inputClaim, shards, retries } = settings
  if (inputPath === undefined || outputPath === undefined) {
    throw invalidParameter('No files are named: add --input-path (-i) and --output-path (-o)')
  }
  if (inputClaim === undefined || outputClaim === undefined) {
    throw invalidParameter('No volume is named: add --input-claim NAME')
  }
  checkOptions(options)
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

/** @throws ServingError INVALID_PARAMETER_VALUE for options that each pod would refuse, or that are the command's own */
function checkOptions(options: readonly string[]): void {
  const predict = new Command('predict')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(predict, PREDICT_SETTINGS)
  try {
    predict.parse([...options], { from: 'user' })
  } catch (error) {
    throw invalidParameter(`Behind --: ${messageOf(error).replace(/^error: /, '')}`)
  }
  const own = OWN.find((name) => predict.getOptionValueSource(name) === 'cli')
  if (own === undefined) return
  throw invalidParameter(`'${PREDICT_SETTINGS[own].flags}' is not for behind --: the job itself says it`)
}
