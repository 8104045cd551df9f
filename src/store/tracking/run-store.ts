import type { Int64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import type { Run } from '../../entities/run.ts'
import type { RunInfo, RunStatus } from '../../entities/run-info.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import type { RunSearch } from './run-search.ts'

export interface NewRun {
  readonly experimentId: string
  readonly userId?: string
  /** The tag `mlflow.runName`, or a made-up name, where it is left out or empty. */
  readonly runName?: string
  /** Epoch milliseconds. */
  readonly startTime?: Int64
  readonly tags?: readonly Tag[]
}

/** What is undefined stays as it is. */
export interface RunChange {
  readonly status?: RunStatus | undefined
  /** Epoch milliseconds. */
  readonly endTime?: Int64 | undefined
  /** Left as it is where it is empty. */
  readonly runName?: string | undefined
}

/** What is logged to a run in one piece. */
export interface RunBatch {
  readonly metrics: readonly Metric[]
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
}

/**
 * Runs of MLflow's tracking store. What an id names must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST. Deleted runs are there, but nothing is logged to them: INVALID_PARAMETER_VALUE.
 */
export interface RunStore {
  getInfo(runId: string): Promise<RunInfo>
  get(runId: string): Promise<Run>
  /** @throws ServingError INVALID_PARAMETER_VALUE for a search that is not in MLflow's search language */
  search(search: RunSearch): Promise<Page<Run>>
  /** @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted, or has two names for the run */
  create(run: NewRun): Promise<Run>
  update(runId: string, change: RunChange): Promise<RunInfo>
  delete(runId: string): Promise<void>
  restore(runId: string): Promise<void>
  /** The tag `mlflow.runName` renames the run. */
  setTag(runId: string, tag: Tag): Promise<void>
  deleteTag(runId: string, key: string): Promise<void>
  /** @throws ServingError INVALID_PARAMETER_VALUE where the param has another value */
  logParam(runId: string, param: Param): Promise<void>
  /** Logs all or, where one thing is refused, nothing. */
  logBatch(runId: string, batch: RunBatch): Promise<void>
  /**
   * Adds to the models of the run that clients before MLflow 3 know.
   * @param model what the tag `mlflow.log-model.history` shall say of it
   */
  recordModel(runId: string, model: Readonly<Record<string, unknown>>): Promise<void>
}
