import { printable } from '../../core/printable.ts'
import type { ResolvedModel } from '../../core/resolved-model.ts'
import type { PrepareOptions } from '../../flavors/flavor.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import type { RuntimeLog } from '../runtime-log.ts'
import { tryModel } from './trial.ts'
import type { TrialLimits } from './trial-options.ts'
import { refusalOf } from './trial-refusal.ts'

export interface CandidateModel {
  readonly source: ResolvedModel
  readonly name: string
  readonly batching: BatchingOptions
  readonly runTimeoutMs: number
  readonly flavorTable?: string
  readonly prepare?: PrepareOptions
  readonly limits: TrialLimits
  /** Ends the trial and rejects with the signal's reason. */
  readonly signal: AbortSignal
  readonly log: RuntimeLog
}

/** Of what the process printed last. */
const MOST_LINES = 20

/**
 * Has a model tried, and logs how that went.
 * @returns how to prepare it from now on: of what the trial has warned of already, nobody hears again.
 * @throws ServingError INVALID_PARAMETER_VALUE where it did not pass, TEMPORARILY_UNAVAILABLE where it could not be tried.
 */
export async function passTrial(candidate: CandidateModel): Promise<PrepareOptions | undefined> {
  const { limits, signal, log, prepare = {}, ...job } = candidate
  const { warn = () => {}, ...prepareJob } = prepare
  const told = new Set<string>()
  const warnOnce = (message: string): void => {
    if (told.has(message)) return
    told.add(message)
    warn(message)
  }
  const outcome = await tryModel({
    job: { ...job, prepare: prepareJob },
    limits,
    signal,
    warn: warnOnce,
  })
  signal.throwIfAborted()
  const { stage, totalMs, peakBytes, output } = outcome
  const facts = { model: candidate.name, stage, totalMs: Math.round(totalMs), peakBytes }
  const refusal = refusalOf(outcome, limits)
  if (refusal !== undefined) {
    const lines = linesOf(output)
    log.warn({ ...facts, ...(lines.length > 0 && { output: lines }) }, 'A model did not pass its trial')
    throw refusal
  }
  log.info(facts, 'A model passed its trial')
  return candidate.prepare === undefined ? undefined : { ...prepareJob, warn: warnOnce }
}

function linesOf(output: string): readonly string[] {
  const lines = output.split(/\r?\n/).filter((line) => line !== '')
  return lines.slice(-MOST_LINES).map(printable)
}
