import type { Logger } from 'pino'
import { availableResources } from '../../../runtime/cores.ts'
import { passTrial } from '../../../runtime/trial/pass-trial.ts'
import { trialLimits } from '../../../runtime/trial/trial-options.ts'
import { cannotBeServed } from '../../cannot-be-served.ts'
import type { ImageSettings } from '../../image-settings.ts'
import { prepareOptions } from '../../prepare-options.ts'
import { trialOptions } from '../../trial-settings.ts'
import type { SettledModel } from './image-model.ts'

/** Of the runs of a trial; the trial itself has a time as well. */
const RUN_TIMEOUT_MS = 60_000

/**
 * Loads a model in a process of its own, as `serve --trial` does, with its golden requests: an image whose model cannot be served is
 * worth nothing. @throws ServingError INVALID_PARAMETER_VALUE where it does not pass; the signal's reason
 */
export async function tryModel(
  { source }: SettledModel,
  settings: ImageSettings,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  if (settings.noTrial) return
  const options = trialOptions({ ...settings, trial: true })
  await passTrial({
    source,
    name: source.name,
    batching: { mode: 'off' },
    runTimeoutMs: RUN_TIMEOUT_MS,
    // It has warned already of what a user should know.
    prepare: { ...prepareOptions(settings, logger), warn: () => {} },
    limits: trialLimits(options, availableResources().memoryBytes),
    signal,
    log: logger,
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw cannotBeServed(source.uri, error)
  })
}
