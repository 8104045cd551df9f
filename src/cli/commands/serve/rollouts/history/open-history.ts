import type { Logger } from 'pino'
import { registeredName } from '../../../../../registry-client/model-uri-name.ts'
import { isElsewhere, registryPlace } from '../../../../../registry-client/registry-place.ts'
import type { RolloutModel } from '../../../../../rollout/rollout-messages.ts'
import { createLogger } from '../../../../../server/logger.ts'
import type { ServeSettings } from '../../../../config.ts'
import { registryLocations } from '../../../../registry-location.ts'
import { openTrackingClient } from '../../../../tracking/open-client.ts'
import type { RecordInit, RolloutRecord } from '../keeper-parts.ts'
import { RolloutHistory } from './rollout-history.ts'

/** A tracking server has this long to answer: the next point comes anyway. */
const MOST_TIMEOUT_MS = 10_000

export interface HistoryInit extends RecordInit {
  readonly settings: ServeSettings
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Of the outcomes of this rollout that this machine takes. */
  readonly outcomeFolder: string
}

/**
 * The record of a rollout in the tracking store that the settings name. Undefined where they name none and no registry knows the
 * models, so that serving two folders makes no database; and where it may not be asked.
 * @throws ServingError where the tracking store cannot be opened to write
 */
export async function openHistory(init: HistoryInit): Promise<RolloutRecord | undefined> {
  const { settings, log, plan, models, outcomeFolder, onRun, takenFrom } = init
  if (settings.rolloutExperiment === '') return undefined
  if (!settings.trackingUri && !models.some(isRegistered)) return undefined
  const place = registryPlace(registryLocations(settings).tracking)
  if (settings.offline && isElsewhere(place)) return undefined
  const hasty = {
    ...settings,
    httpRequestMaxRetries: 0,
    httpRequestTimeoutMs: Math.min(settings.httpRequestTimeoutMs, MOST_TIMEOUT_MS),
  }
  const client = await openTrackingClient(hasty, createLogger({ level: 'silent', format: 'json' }))
  return new RolloutHistory({
    ...{ plan, models, client, outcomeFolder, onRun, takenFrom },
    experiment: settings.rolloutExperiment,
    exchangesOutcomes: isElsewhere(place),
    tell: (level, message) => log[level]({ rollout: plan.name }, message),
    now: Date.now,
  })
}

function isRegistered({ uri }: RolloutModel): boolean {
  return registeredName(uri) !== undefined
}
