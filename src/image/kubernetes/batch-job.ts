import { annotationsOf, type Component, labelsOf, metadataOf } from './labels.ts'
import { batchPolicy } from './network-policy.ts'
import type { Container, Job, Manifest, PodSpec } from './objects.ts'
import { containerOf, literal, podOf, registryVariables, scratchVariables } from './pod.ts'
import { serviceAccount } from './service.ts'
import { memoryOf } from './sizing.ts'
import type { BatchWorkload } from './workload.ts'

const BATCH: Component = 'batch-prediction'
const CONTAINER = 'predict'

const INPUT_FOLDER = '/data/input'
const OUTPUT_FOLDER = '/data/output'

/** Above the ten seconds that a run has to write down what is under way. */
const GRACE_SECONDS = 30
const SECONDS_KEPT = 7 * 24 * 3600

/** Exit codes of `headrace predict` that another try does not change (docs/predict.md). */
const FAILURE = 1
const USAGE = 2

/** Kubernetes sets it in the containers of an Indexed Job, from 0. */
const INDEX = '$(JOB_COMPLETION_INDEX)'

/** All that a cluster needs in order to predict a file in parts, in the order in which it is to be made. */
export function batchManifests(workload: BatchWorkload): readonly Manifest[] {
  return [
    { file: 'service-account.yaml', object: serviceAccount(workload, BATCH) },
    { file: 'network-policy.yaml', object: batchPolicy(workload, BATCH) },
    { file: 'job.yaml', comment: memoryOf(workload).reason, object: batchJob(workload) },
  ]
}

/** Digits of the largest index, and a hyphen: the pods of an Indexed Job are called by its name and theirs. */
export function indexLength(shards: number): number {
  return String(shards - 1).length + 1
}

/** A pod for each part of the input. One that fails is tried again and goes on where the one before stopped. */
function batchJob(workload: BatchWorkload): Job {
  const { shards, parallelism, retries } = workload
  const annotations = annotationsOf(workload)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(workload, BATCH),
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism,
      backoffLimitPerIndex: retries,
      podFailurePolicy: FAILURE_POLICY,
      // Not before the one that is replaced has ended: two at once would disturb each other.
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: SECONDS_KEPT,
      template: {
        metadata: {
          labels: { ...labelsOf(workload, BATCH) },
          ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
        },
        spec: podSpec(workload),
      },
    },
  }
}

/** A node that goes is nobody's failure. Whatever is not named here counts as one and is tried again. */
const FAILURE_POLICY: NonNullable<NonNullable<Job['spec']>['podFailurePolicy']> = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: [USAGE] } },
    { action: 'FailIndex', onExitCodes: { containerName: CONTAINER, operator: 'In', values: [FAILURE] } },
  ],
}

function podSpec(workload: BatchWorkload): PodSpec {
  const { input, output } = workload
  const shared = podOf(workload, BATCH)
  const isOne = input.claim === output.claim
  return {
    ...shared,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: GRACE_SECONDS,
    containers: [predictContainer(workload)],
    volumes: [
      ...(shared.volumes ?? []),
      { name: 'input', persistentVolumeClaim: { claimName: input.claim } },
      ...(isOne ? [] : [{ name: 'output', persistentVolumeClaim: { claimName: output.claim } }]),
    ],
  }
}

function predictContainer(workload: BatchWorkload): Container {
  const { input, output } = workload
  const shared = containerOf(workload)
  return {
    name: CONTAINER,
    image: workload.image,
    args: argumentsOf(workload),
    env: [...registryVariables(workload.registry), ...scratchVariables()],
    ...shared,
    volumeMounts: [
      ...(shared.volumeMounts ?? []),
      { name: 'input', mountPath: INPUT_FOLDER, readOnly: true },
      { name: output.claim === input.claim ? 'input' : 'output', mountPath: OUTPUT_FOLDER },
    ],
  }
}

function argumentsOf({ input, output, shards, options }: BatchWorkload): string[] {
  return [
    'predict',
    `--input-path=${literal(`${INPUT_FOLDER}/${input.path}`)}`,
    `--output-path=${literal(`${OUTPUT_FOLDER}/${output.path}`)}`,
    `--shard=${INDEX}/${shards}`,
    '--resume-if-same',
    '--no-progress',
    ...options.map(literal),
  ]
}
