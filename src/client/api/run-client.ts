import type { Run } from '../../entities/run.ts'
import type { RunInfo, RunStatus } from '../../entities/run-info.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as messages from '../../protocols/mlflow-rest/messages/runs.ts'
import { apiCall } from './api-call.ts'
import type { CallOptions, SearchOptions, ViewType } from './api-client.ts'
import { ExperimentClient } from './experiment-client.ts'
import { required } from './narrow.ts'
import { eachOf, type Page, pageOf } from './page.ts'
import { readRun, readRunInfo } from './read-run.ts'
import { type Texts, tagsOf } from './tags.ts'

const RUNS = '/2.0/mlflow/runs'
const CREATE = apiCall(`POST ${RUNS}/create`, messages.CreateRun, messages.CreateRunResponse)
const GET = apiCall(`GET ${RUNS}/get`, messages.GetRun, messages.GetRunResponse)
const UPDATE = apiCall(`POST ${RUNS}/update`, messages.UpdateRun, messages.UpdateRunResponse)
const DELETE = apiCall(`POST ${RUNS}/delete`, messages.DeleteRun, Empty)
const RESTORE = apiCall(`POST ${RUNS}/restore`, messages.RestoreRun, Empty)
const SEARCH = apiCall(`POST ${RUNS}/search`, messages.SearchRuns, messages.SearchRunsResponse)
const SET_TAG = apiCall(`POST ${RUNS}/set-tag`, messages.SetTag, Empty)
const DELETE_TAG = apiCall(`POST ${RUNS}/delete-tag`, messages.DeleteTag, Empty)

export interface NewRun extends CallOptions {
  /** The server makes one up where it is left out. */
  readonly runName?: string | undefined
  /** Epoch milliseconds; now where it is left out. */
  readonly startTime?: number | undefined
  readonly tags?: Texts | undefined
  readonly userId?: string | undefined
}

export interface RunUpdate extends CallOptions {
  readonly status?: RunStatus | undefined
  readonly runName?: string | undefined
  /** Epoch milliseconds. */
  readonly endTime?: number | undefined
}

export interface RunSearch extends SearchOptions {
  readonly experimentIds: readonly string[]
  /** Default `ACTIVE_ONLY`. */
  readonly viewType?: ViewType | undefined
}

/** The tag by which a run names the run that it is a part of. */
export const PARENT_RUN_TAG = 'mlflow.parentRunId'

/** Runs and their tags. */
export class RunClient extends ExperimentClient {
  async createRun(experimentId: string, options: NewRun = {}): Promise<Run> {
    const { runName, startTime = Date.now(), tags, userId } = options
    const request = { experimentId, runName, startTime, userId, tags: tagsOf(tags) }
    const { run } = await this.caller.call(CREATE, request, options)
    return readRun(required(run, 'run'))
  }

  async getRun(runId: string, call?: CallOptions): Promise<Run> {
    const { run } = await this.caller.call(GET, { runId }, call)
    return readRun(required(run, 'run'))
  }

  /** The run that a run is nested in. */
  async getParentRun(runId: string, call?: CallOptions): Promise<Run | undefined> {
    const { data } = await this.getRun(runId, call)
    const parent = data.tags.find(({ key }) => key === PARENT_RUN_TAG)?.value
    return parent ? this.getRun(parent, call) : undefined
  }

  async updateRun(runId: string, update: RunUpdate): Promise<RunInfo> {
    const { status, runName, endTime } = update
    const request = { runId, runUuid: runId, status, runName, endTime }
    const { runInfo } = await this.caller.call(UPDATE, request, update)
    return readRunInfo(required(runInfo, 'run_info'))
  }

  /** Ends a run. */
  async setTerminated(
    runId: string,
    status: RunStatus = 'FINISHED',
    endTime: number = Date.now(),
    call?: CallOptions,
  ): Promise<RunInfo> {
    return this.updateRun(runId, { ...call, status, endTime })
  }

  /** It can be restored. */
  async deleteRun(runId: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE, { runId }, call)
  }

  async restoreRun(runId: string, call?: CallOptions): Promise<void> {
    await this.caller.call(RESTORE, { runId }, call)
  }

  /** One page; the newest first unless `orderBy` says otherwise. */
  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const { experimentIds, filter, orderBy, maxResults, pageToken, viewType = 'ACTIVE_ONLY' } = search
    const request = { experimentIds, filter, orderBy, maxResults, pageToken, runViewType: viewType }
    const { runs, nextPageToken } = await this.caller.call(SEARCH, request, search)
    return pageOf(runs.map(readRun), nextPageToken)
  }

  /** All that are found, page after page. */
  allRuns(search: RunSearch): AsyncGenerator<Run, void, undefined> {
    return eachOf((pageToken) => this.searchRuns({ ...search, pageToken }), search.pageToken)
  }

  async setTag(runId: string, key: string, value: Texts[string], call?: CallOptions): Promise<void> {
    await this.caller.call(SET_TAG, { runId, runUuid: runId, key, value: String(value) }, call)
  }

  async deleteTag(runId: string, key: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE_TAG, { runId, key }, call)
  }
}
