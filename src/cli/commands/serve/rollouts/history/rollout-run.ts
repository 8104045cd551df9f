import { hostname } from 'node:os'
import { userName } from '../../../../../client/fluent/run-tags.ts'
import { experimentNamed } from '../../../../../client/fluent/set-experiment.ts'
import type { MlflowClient } from '../../../../../client/mlflow-client.ts'
import { ServingError } from '../../../../../core/errors.ts'
import type { Run } from '../../../../../entities/run.ts'
import type { RolloutView } from '../../../../../rollout/rollout-view.ts'
import { version } from '../../../../version.ts'

const ROLLOUT_ID = 'headrace.rollout_id'
const STARTED_AT = 'headrace.rollout_started_at'
const HOST = 'headrace.host'

/** The run of a rollout, which all replicas share. */
export interface RolloutRun {
  readonly runId: string
  /** The machine of the replica that made it. */
  readonly host: string
  /** It was made just now. */
  readonly isNew: boolean
  /** It was over before. */
  readonly hasEnded: boolean
}

/** What a run is told by. */
export type RunOf = Pick<RolloutView, 'name' | 'id' | 'startedAt' | 'runId'>

/**
 * The run that the state names, else one of this rollout that is there, else a new one. Replicas that make one at the same time
 * see each other's, and keep the one with the lowest id.
 * @throws ServingError
 */
export async function rolloutRun(client: MlflowClient, experiment: string, of: RunOf): Promise<RolloutRun> {
  const named = await namedRun(client, of)
  if (named !== undefined) return asRun(named)
  const { experimentId } = await experimentNamed(client, experiment)
  const known = await firstRun(client, experimentId, of)
  if (known !== undefined) return asRun(known)
  const made = await create(client, experimentId, of)
  const first = (await firstRun(client, experimentId, of)) ?? made
  if (first.info.runId === made.info.runId) return { ...asRun(made), isNew: true }
  await client.deleteRun(made.info.runId)
  return asRun(first)
}

/** Ends a run of which nobody says how it ended, unless somebody has. @param at milliseconds since 1970. @throws ServingError */
export async function endRun(client: MlflowClient, runId: string, at: number): Promise<void> {
  const run = await foundRun(client, runId)
  if (run?.info.status === 'RUNNING') await client.setTerminated(runId, 'KILLED', at)
}

/**
 * One that was removed for good, or is in another tracking store, is as if there were none; and so is that of the time before the
 * rollout began again.
 */
async function namedRun(client: MlflowClient, { runId, startedAt }: RunOf): Promise<Run | undefined> {
  const run = runId === undefined ? undefined : await foundRun(client, runId)
  const isOf = run !== undefined && (tagOf(run, STARTED_AT) ?? String(startedAt)) === String(startedAt)
  return isOf ? run : undefined
}

async function foundRun(client: MlflowClient, runId: string): Promise<Run | undefined> {
  try {
    return await client.getRun(runId)
  } catch (error) {
    if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

async function firstRun(client: MlflowClient, experimentId: string, of: RunOf): Promise<Run | undefined> {
  const filter = `tags."${ROLLOUT_ID}" = '${of.id}' AND tags."${STARTED_AT}" = '${of.startedAt}'`
  const found = await client.searchRuns({ experimentIds: [experimentId], filter })
  return [...found].sort((a, b) => (a.info.runId < b.info.runId ? -1 : 1))[0]
}

function create(client: MlflowClient, experimentId: string, of: RunOf): Promise<Run> {
  return client.createRun(experimentId, {
    runName: of.name,
    startTime: of.startedAt,
    userId: userName(),
    tags: {
      'mlflow.user': userName(),
      'mlflow.source.name': 'headrace serve',
      'mlflow.source.type': 'LOCAL',
      'headrace.version': version(),
      'headrace.rollout': of.name,
      [ROLLOUT_ID]: of.id,
      [STARTED_AT]: String(of.startedAt),
      [HOST]: hostname(),
    },
  })
}

function asRun(run: Run): RolloutRun {
  const { runId, status } = run.info
  return { runId, host: tagOf(run, HOST) ?? '', isNew: false, hasEnded: status !== 'RUNNING' }
}

function tagOf({ data }: Run, name: string): string | undefined {
  return data.tags.find(({ key }) => key === name)?.value
}
