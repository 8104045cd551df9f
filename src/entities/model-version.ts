import { invalidParameter } from '../core/errors.ts'
import type { Metric } from './metric.ts'
import type { Param } from './param.ts'
import type { Tag } from './tag.ts'

export type ModelVersionStatus = 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION' | 'READY'

/** MLflow's `ModelVersion`. Times are epoch milliseconds. */
export interface ModelVersion {
  readonly name: string
  /** A whole number from 1 up, as text. */
  readonly version: string
  readonly creationTimestamp: number
  readonly lastUpdatedTimestamp: number
  readonly description: string | undefined
  readonly userId: string | undefined
  readonly currentStage: string
  /** Where the version was registered from, as the registering client wrote it. */
  readonly source: string
  readonly runId: string | undefined
  readonly runLink: string | undefined
  readonly status: ModelVersionStatus
  readonly statusMessage: string | undefined
  readonly tags: readonly Tag[]
  readonly aliases: readonly string[]
}

/** A version with what a registry may know of the logged model that it was made from; MLflow's own leaves it out. */
export interface ModelVersionWithData extends ModelVersion {
  readonly modelId: string | undefined
  readonly params: readonly Param[]
  readonly metrics: readonly Metric[]
}

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const

export type Stage = (typeof STAGES)[number]

/** The stage of a version that was deleted: its number stays taken, and nothing shows it any more. */
export const STAGE_DELETED_INTERNAL = 'Deleted_Internal'

/** A stage by its name in any case, or undefined. */
export function findStage(text: string): Stage | undefined {
  return STAGES.find((stage) => stage.toLowerCase() === text.toLowerCase())
}

/** @throws ServingError INVALID_PARAMETER_VALUE where `text` names no stage */
export function canonicalStage(text: string): Stage {
  const stage = findStage(text)
  if (stage !== undefined) return stage
  throw invalidParameter(`Invalid Model Version stage: ${text}. Value must be one of ${STAGES.join(', ')}.`)
}

/** What a version of a prompt says: a text, or the JSON text of the messages of a chat. */
export const PROMPT_TEXT_TAG = 'mlflow.prompt.text'
