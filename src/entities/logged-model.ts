import type { Experiment } from './experiment.ts'
import type { Metric } from './metric.ts'
import type { Param } from './param.ts'
import type { Tag } from './tag.ts'

/** In the order of the numbers that the column `logged_models.status` holds, from 0. */
export const LOGGED_MODEL_STATUSES = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'] as const

export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number]

/** MLflow 3's `LoggedModel`: a model's files, known by an id of their own. Times are epoch milliseconds. */
export interface LoggedModel {
  /** `m-` and 32 hexadecimal digits. */
  readonly modelId: string
  readonly experimentId: string
  readonly name: string
  readonly artifactLocation: string
  readonly creationTimestamp: number
  readonly lastUpdatedTimestamp: number
  readonly status: LoggedModelStatus
  readonly statusMessage: string | undefined
  readonly modelType: string | undefined
  readonly sourceRunId: string | undefined
  readonly tags: readonly Tag[]
}

/** A logged model with what was logged of it. */
export interface LoggedModelWithData extends LoggedModel {
  readonly params: readonly Param[]
  /** Of all runs, data sets and steps. */
  readonly metrics: readonly Metric[]
}

/** Tag in which MLflow keeps the versions that were registered from a logged model: a JSON text. */
export const MODEL_VERSIONS_TAG = 'mlflow.modelVersions'

/** An id for a new logged model. */
export function newModelId(): string {
  return `m-${crypto.randomUUID().replaceAll('-', '')}`
}

/** Where the files of a logged model lie: in the artifact location of its experiment. */
export function loggedModelLocation(
  { artifactLocation }: Pick<Experiment, 'artifactLocation'>,
  modelId: string,
): string {
  const isUri = /^[a-z][a-z0-9+.-]*:/i.test(artifactLocation)
  const [path = '', query] = isUri ? artifactLocation.split(/(?=\?)/s, 2) : [artifactLocation]
  return `${path.replace(/\/+$/, '')}/models/${modelId}/artifacts${query ?? ''}`
}
