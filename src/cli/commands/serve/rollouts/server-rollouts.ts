import { internalError } from '../../../../core/errors.ts'
import { nameOfModelUri } from '../../../../registry-client/model-uri-name.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { ModelPlan } from '../../../../runtime/model-plan.ts'
import type { ModelRepository } from '../../../../runtime/model-repository.ts'
import type { RolloutOptions } from '../../../../server/rollouts/rollout-options.ts'
import type { SupervisorLink } from '../../../../supervisor/supervisor-link.ts'
import type { SupervisorLog } from '../../../../supervisor/supervisor-log.ts'
import type { ServeSettings } from '../../../config.ts'
import { modelPlans } from '../../../model-settings.ts'
import { rolloutPlans } from '../../../rollout-plans.ts'
import { DirectLine } from './direct-line.ts'
import { FirstStates } from './first-states.ts'
import type { RolloutThreadHandle } from './rollout-thread-handle.ts'

/** The rollouts that a server is started with. */
export interface ServerRollouts extends Omit<RolloutOptions, 'channel'> {
  /** What keeps them, where that was started here and not by whoever directs this server. */
  readonly thread: RolloutThreadHandle | undefined
}

/** How a listener or process takes part in them. */
export interface MemberRollouts extends RolloutOptions {
  readonly channel: FirstStates
}

/**
 * Undefined where there are none: nothing of them is imported then.
 * @param keepsThem whether they are kept here, by a thread that is started now
 * @throws ServingError INVALID_PARAMETER_VALUE, or INVALID_STATE where the key of outcome ids cannot be had
 */
export async function openRollouts(
  settings: ServeSettings,
  keepsThem: boolean,
  log: SupervisorLog,
): Promise<ServerRollouts | undefined> {
  const models = await modelPlans(settings)
  const plans = await rolloutPlans(settings, models)
  if (plans.length === 0) return undefined
  const [{ outcomeKey }, { rolloutFolder }] = await Promise.all([
    import('../../../../rollout/outcome-key.ts'),
    import('../../../rollout-folder.ts'),
  ])
  const key = await outcomeKey({ secret: settings.outcomeKey, folder: rolloutFolder(settings) })
  if (!keepsThem) return { plans, outcomeKey: key, thread: undefined }
  const { startRolloutThread } = await import('./start-rollout-thread.ts')
  const thread = startRolloutThread(
    { settings, rollouts: plans, controls: controlsOf(plans, models), outcomeKey: key },
    log,
  )
  return { plans, outcomeKey: key, thread }
}

/** @throws ServingError INVALID_PARAMETER_VALUE where models that are loaded now cannot take part in the same rollout. */
export async function expectFitting(
  rollouts: ServerRollouts | undefined,
  repository: Pick<ModelRepository, 'get'>,
): Promise<void> {
  if (rollouts === undefined) return
  const { checkVariants } = await import('./check-variants.ts')
  checkVariants(rollouts.plans, (name) => repository.get(name))
}

/** @param link to whoever directs this server with others; without one it is the only member */
export function takePart(
  rollouts: ServerRollouts | undefined,
  link: SupervisorLink | undefined,
): MemberRollouts | undefined {
  if (rollouts === undefined) return undefined
  const { plans, outcomeKey, thread } = rollouts
  const names = plans.map(({ name }) => name)
  const channel = thread === undefined || link !== undefined ? link?.rollouts : new DirectLine(thread.open)
  if (channel === undefined) throw internalError('This is a bug: nobody keeps the rollouts of this server.')
  return { plans, outcomeKey, channel: new FirstStates(channel, names) }
}

/** Where the state of a rollout is found follows from its control. */
function controlsOf(
  plans: readonly RolloutPlan[],
  models: readonly ModelPlan[],
): ReadonlyMap<string, string> {
  const uris = new Map(models.map(({ name, uri }) => [name ?? nameOfModelUri(uri), uri]))
  return new Map(
    plans.flatMap(({ name, variants: [control] }) => {
      const uri = uris.get(control?.name)
      return uri === undefined ? [] : [[name, uri] as const]
    }),
  )
}
