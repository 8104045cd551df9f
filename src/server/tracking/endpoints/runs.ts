import type { Run as RunEntity } from '../../../entities/run.ts'
import type { RunInfo as RunInfoEntity } from '../../../entities/run-info.ts'
import type { Outgoing } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import { LogParam } from '../../../protocols/mlflow-rest/messages/metrics.ts'
import {
  CreateRun,
  CreateRunResponse,
  DeleteRun,
  DeleteTag,
  GetRun,
  GetRunResponse,
  LogModel,
  RestoreRun,
  type Run,
  type RunInfo,
  SetTag,
  UpdateRun,
  UpdateRunResponse,
} from '../../../protocols/mlflow-rest/messages/runs.ts'
import { isIntLike, isText, required } from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { recordedModel } from './recorded-model.ts'
import { toTag } from './to-tag.ts'

const RUNS = '/2.0/mlflow/runs'
const RUN_ID = { run_id: [required, isText] }

const create = endpoint({
  verb: 'POST',
  path: `${RUNS}/create`,
  access: 'write',
  request: CreateRun,
  rules: { experiment_id: [isText], start_time: [isIntLike], run_name: [isText] },
  reply: CreateRunResponse,
  handle: async ({ tracking }, { experimentId = '', userId = '', runName = '', startTime = 0, tags }) => ({
    run: runMessage(
      await tracking.runs.create({ experimentId, userId, runName, startTime, tags: tags.map(toTag) }),
    ),
  }),
})

const get = endpoint({
  verb: 'GET',
  path: `${RUNS}/get`,
  access: 'read',
  request: GetRun,
  rules: RUN_ID,
  reply: GetRunResponse,
  handle: async ({ tracking }, request) => ({ run: runMessage(await tracking.runs.get(runIdOf(request))) }),
})

const update = endpoint({
  verb: 'POST',
  path: `${RUNS}/update`,
  access: 'write',
  request: UpdateRun,
  rules: { ...RUN_ID, end_time: [isIntLike], status: [isText], run_name: [isText] },
  reply: UpdateRunResponse,
  handle: async ({ tracking }, { status, endTime, runName, ...ids }) => ({
    runInfo: runInfoMessage(await tracking.runs.update(runIdOf(ids), { status, endTime, runName })),
  }),
})

const remove = endpoint({
  verb: 'POST',
  path: `${RUNS}/delete`,
  access: 'write',
  request: DeleteRun,
  rules: RUN_ID,
  reply: Empty,
  handle: async ({ tracking }, { runId = '' }) => {
    await tracking.runs.delete(runId)
    return {}
  },
})

const restore = endpoint({
  verb: 'POST',
  path: `${RUNS}/restore`,
  access: 'write',
  request: RestoreRun,
  rules: RUN_ID,
  reply: Empty,
  handle: async ({ tracking }, { runId = '' }) => {
    await tracking.runs.restore(runId)
    return {}
  },
})

const setTag = endpoint({
  verb: 'POST',
  path: `${RUNS}/set-tag`,
  access: 'write',
  request: SetTag,
  rules: { ...RUN_ID, key: [required, isText], value: [isText] },
  reply: Empty,
  handle: async ({ tracking }, { key, value, ...ids }) => {
    await tracking.runs.setTag(runIdOf(ids), toTag({ key, value }))
    return {}
  },
})

const deleteTag = endpoint({
  verb: 'POST',
  path: `${RUNS}/delete-tag`,
  access: 'write',
  request: DeleteTag,
  rules: { ...RUN_ID, key: [required, isText] },
  reply: Empty,
  handle: async ({ tracking }, { runId = '', key = '' }) => {
    await tracking.runs.deleteTag(runId, key)
    return {}
  },
})

const logParameter = endpoint({
  verb: 'POST',
  path: `${RUNS}/log-parameter`,
  access: 'write',
  request: LogParam,
  rules: { ...RUN_ID, key: [required, isText], value: [isText] },
  reply: Empty,
  handle: async ({ tracking }, { key, value, ...ids }) => {
    await tracking.runs.logParam(runIdOf(ids), toTag({ key, value }))
    return {}
  },
})

const logModel = endpoint({
  verb: 'POST',
  path: `${RUNS}/log-model`,
  access: 'write',
  request: LogModel,
  rules: { run_id: [isText, required], model_json: [isText, required] },
  reply: Empty,
  handle: async ({ tracking }, { runId = '', modelJson = '' }) => {
    await tracking.runs.recordModel(runId, recordedModel(modelJson))
    return {}
  },
})

export const runEndpoints: readonly Endpoint[] = [
  create,
  get,
  update,
  remove,
  restore,
  setTag,
  deleteTag,
  logParameter,
  logModel,
]

/** A run as answers show it. */
export function runMessage({ info, ...rest }: RunEntity): Outgoing<typeof Run> {
  return { info: runInfoMessage(info), ...rest }
}

/** Under its old name too, which clients before MLflow 1.0 know; without an end of 0, which means none. */
function runInfoMessage(info: RunInfoEntity): Outgoing<typeof RunInfo> {
  return {
    ...info,
    runUuid: info.runId,
    endTime: info.endTime || undefined,
    artifactUri: info.artifactUri || undefined,
  }
}

/** The id of the run that a request is about; the older name of the field stands in for the newer. */
export function runIdOf(ids: { runId?: string | undefined; runUuid?: string | undefined }): string {
  return ids.runId || ids.runUuid || ''
}
