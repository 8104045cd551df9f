import { AsyncLocalStorage } from 'node:async_hooks'
import { ServingError } from '../../core/errors.ts'
import type { Run } from '../../entities/run.ts'
import type { RunStatus } from '../../entities/run-info.ts'
import { PARENT_RUN_TAG } from '../api/run-client.ts'
import type { Texts } from '../api/tags.ts'
import type { LogQueueOptions } from '../log-queue/log-queue.ts'
import type { MlflowClient } from '../mlflow-client.ts'
import { ActiveRun } from './active-run.ts'
import { defaultClient } from './defaults.ts'
import { unwatchSignals, watchSignals } from './end-by-signal.ts'
import { contextTags, userName } from './run-tags.ts'
import { defaultExperimentId, experimentNamed } from './set-experiment.ts'

export interface StartRunOptions extends LogQueueOptions {
  /** Where the run is logged. Default: the server that MLFLOW_TRACKING_URI names. */
  readonly client?: MlflowClient | undefined
  /** Name of the experiment, which is made where it is not there. */
  readonly experiment?: string | undefined
  /** Its id, in place of the name. */
  readonly experimentId?: string | undefined
  /** Name of the run; the server makes one up where it is left out. */
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly tags?: Texts | undefined
  /** A run that is there already, to go on with; default MLFLOW_RUN_ID. */
  readonly runId?: string | undefined
  /** The run that this is a part of; default the run in whose function it is started. */
  readonly parentRunId?: string | undefined
  /** A run whose function ends by this signal is KILLED. */
  readonly signal?: AbortSignal | undefined
}

const current = new AsyncLocalStorage<ActiveRun>()

/** The run in whose function this is called. */
export function activeRun(): ActiveRun | undefined {
  return current.getStore()
}

/**
 * Starts a run, which the caller ends: `await using run = await startRun({ experiment: 'iris' })`, or `run.end()`.
 */
export async function startRun(options?: StartRunOptions): Promise<ActiveRun>
/**
 * Starts a run, works in it, and ends it: FINISHED when the function returns, KILLED when it throws because of its
 * signal, else FAILED. Runs that are started in the function are nested in this one.
 * @returns what the function returns, when all that it logged is there
 * @throws what it throws; LogFailuresError where something could not be logged
 */
export async function startRun<T>(
  options: StartRunOptions,
  work: (run: ActiveRun) => Promise<T> | T,
): Promise<T>
export async function startRun<T>(
  options: StartRunOptions = {},
  work?: (run: ActiveRun) => Promise<T> | T,
): Promise<ActiveRun | T> {
  const client = options.client ?? activeRun()?.client ?? defaultClient()
  const resumed =
    options.runId ?? (activeRun() === undefined ? process.env['MLFLOW_RUN_ID'] || undefined : undefined)
  const run = new ActiveRun(client, await opened(client, resumed, options), options)
  watchSignals(run)
  return work === undefined ? withEnd(run) : workIn(run, work, options.signal)
}

async function opened(
  client: MlflowClient,
  resumed: string | undefined,
  options: StartRunOptions,
): Promise<Run> {
  const { name, signal } = options
  const tags = { ...(resumed === undefined ? contextTags() : {}), ...ownTags(options) }
  if (resumed === undefined) {
    return client.createRun(await experimentOf(client, options), {
      runName: name,
      tags,
      userId: userName(),
      signal,
    })
  }
  await client.updateRun(resumed, { status: 'RUNNING', runName: name, signal })
  for (const [key, value] of Object.entries(tags)) await client.setTag(resumed, key, value, { signal })
  return client.getRun(resumed, { signal })
}

function ownTags({ description, parentRunId = activeRun()?.runId, tags, runId }: StartRunOptions): Texts {
  return {
    ...(parentRunId === undefined || runId !== undefined ? {} : { [PARENT_RUN_TAG]: parentRunId }),
    ...(description === undefined ? {} : { 'mlflow.note.content': description }),
    ...tags,
  }
}

async function experimentOf(client: MlflowClient, options: StartRunOptions): Promise<string> {
  if (options.experimentId !== undefined) return options.experimentId
  if (options.experiment !== undefined)
    return (await experimentNamed(client, options.experiment)).experimentId
  return activeRun()?.experimentId ?? defaultExperimentId(client)
}

/** A run that its caller ends is watched until then. */
function withEnd(run: ActiveRun): ActiveRun {
  void run.whenEnded.then(() => unwatchSignals(run))
  return run
}

async function workIn<T>(
  run: ActiveRun,
  work: (run: ActiveRun) => Promise<T> | T,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    const result = await current.run(run, async () => work(run))
    await run.end('FINISHED')
    return result
  } catch (error) {
    // What the function threw is what the caller is told; what could not be logged was warned of.
    if (!run.hasEnded) await run.end(statusOf(error, signal)).catch(() => undefined)
    throw error
  } finally {
    unwatchSignals(run)
  }
}

function statusOf(error: unknown, signal: AbortSignal | undefined): RunStatus {
  const isCancelled = error instanceof ServingError && error.code === 'CANCELLED'
  const isAbort = error instanceof Error && error.name === 'AbortError'
  return signal?.aborted === true || isCancelled || isAbort ? 'KILLED' : 'FAILED'
}
