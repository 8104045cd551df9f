import type { Logger } from 'pino'
import { invalidParameter } from '../../../../core/errors.ts'
import { isElsewhere, registryPlace } from '../../../../registry-client/registry-place.ts'
import { isWatchable } from '../../../../registry-client/watch/alias-watch.ts'
import type { ModelPlan } from '../../../../runtime/model-plan.ts'
import type { WatchedModels } from '../../../../supervisor/watched-models.ts'
import type { ServeSettings } from '../../../config.ts'
import { modelPlans } from '../../../model-settings.ts'
import { registryLocations } from '../../../registry-location.ts'
import { rolloutPlans } from '../../../rollout-plans.ts'
import { usageError } from '../../../usage-error.ts'
import { ModelSwaps } from './model-swaps.ts'
import { RegistryThread } from './registry-thread.ts'

/** Follows the registry from now on, until the process ends. @param models of all processes of the server. */
export async function startWatching(
  settings: ServeSettings,
  models: WatchedModels,
  logger: Logger,
): Promise<void> {
  const plans = await modelPlans(settings)
  const held = await inRollouts(settings, plans)
  for (const { uri } of plans) {
    if (!isWatchable(uri))
      logger.info({ uri }, 'This model stays as it is: its URI can mean only one version')
  }
  const registry = new RegistryThread(settings, logger)
  new ModelSwaps({ models, registry, isHeld: (name) => held.has(name), log: logger })
}

/** @throws ServingError INVALID_PARAMETER_VALUE where --watch has nothing to watch. */
export async function expectWatchable(settings: ServeSettings): Promise<void> {
  const location = registryLocations(settings).registry
  if (settings.offline && isElsewhere(registryPlace(location))) {
    throw usageError('--watch asks the registry again and again, which --offline does not allow')
  }
  const plans = await modelPlans(settings)
  if (plans.length === 0 || plans.some(({ uri }) => isWatchable(uri))) return
  throw invalidParameter(
    '--watch has nothing to watch: models:/NAME@ALIAS, models:/NAME/latest and models:/NAME/STAGE may mean another ' +
      `version tomorrow, ${plans.map(({ uri }) => uri).join(', ')} may not`,
  )
}

/** Names of the models that rollouts compare, which would compare others in the midst of it. */
async function inRollouts(
  settings: ServeSettings,
  plans: readonly ModelPlan[],
): Promise<ReadonlySet<string>> {
  const rollouts = await rolloutPlans(settings, plans)
  return new Set(
    rollouts.flatMap(({ variants, shadows }) => [...variants.map(({ name }) => name), ...shadows]),
  )
}
