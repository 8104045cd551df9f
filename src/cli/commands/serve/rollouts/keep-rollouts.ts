import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { OutcomeLog } from '../../../../outcomes/outcome-log.ts'
import { removeOldOutcomes } from '../../../../outcomes/remove-old-outcomes.ts'
import type { ServerAccess } from '../../../../registry-client/mlflow-servers.ts'
import { registeredName } from '../../../../registry-client/model-uri-name.ts'
import { isElsewhere, type RegistryPlace, registryPlace } from '../../../../registry-client/registry-place.ts'
import { openRolloutState } from '../../../../registry-client/rollout-state/open-rollout-state.ts'
import { OutcomeIds } from '../../../../rollout/outcome-ids.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import { createLogger } from '../../../../server/logger.ts'
import type { ServeSettings } from '../../../config.ts'
import { registryLocations } from '../../../registry-location.ts'
import { rolloutFolder } from '../../../rollout-folder.ts'
import { serverAccess } from '../../../server-access.ts'
import { logFormatOf } from '../log-format.ts'
import type { KeeperParts } from './keeper-parts.ts'
import { RolloutDesk } from './rollout-desk.ts'
import type { RolloutThreadData, ThreadReply } from './rollout-thread-messages.ts'

/** Joins what the rollouts of a server are kept with: registry, outcomes on disk, history. @param reply to the thread that started this one */
export function keepRollouts(data: RolloutThreadData, reply: (reply: ThreadReply) => void): RolloutDesk {
  const { settings, rollouts, outcomeKey, controls, known } = data
  const format = logFormatOf(settings)
  const log = createLogger({ level: settings.logLevel, format })
  const folder = rolloutFolder(settings)
  const writer = `${hostname().replace(/[^A-Za-z0-9.-]/g, '-')}-${process.pid}-${randomBytes(4).toString('hex')}`
  // A registry that is away is told of by those who ask again and again, once, and not by each of their requests.
  const access: ServerAccess = { ...serverAccess(settings, log), log: undefined }
  const folderOf = ({ name }: RolloutPlan): string => join(folder, encodeURIComponent(name))
  const outcomesOf = (plan: RolloutPlan, rolloutId: string): string => join(folderOf(plan), rolloutId)
  if (settings.outcomeKey === undefined && [...controls.values()].some((uri) => isShared(uri, settings))) {
    log.warn(ONE_MACHINE)
  }
  const parts: KeeperParts = {
    ids: new OutcomeIds(outcomeKey),
    writer,
    now: Date.now,
    log,
    // The sentence says all that the fields do.
    say: (level, fields, sentence) =>
      format === 'json' ? log[level](fields, sentence) : log[level](sentence),
    tell: (message) => reply({ kind: 'tell', line: undefined, message }),
    openState: (plan, onChange) =>
      openRolloutState({
        rollout: plan.name,
        registered: registeredControl(controls.get(plan.name), settings),
        file: join(folderOf(plan), 'state.json'),
        ...{ access, onChange, log },
      }),
    openOutcomes: (plan, rolloutId, options) => {
      const outcomes = outcomesOf(plan, rolloutId)
      void removeOldOutcomes(outcomes, Date.now())
      return OutcomeLog.open(outcomes, writer, { ...options, log })
    },
    openRecord: async (init) => {
      const { openHistory } = await import('./history/open-history.ts')
      return openHistory({ ...init, settings, log, outcomeFolder: outcomesOf(init.plan, init.rolloutId) })
    },
  }
  return new RolloutDesk({
    ...{ plans: rollouts, known, parts },
    reply: (line, message) => reply({ kind: 'tell', line, message }),
  })
}

const ONE_MACHINE =
  'Outcome ids are signed with a key of this machine: other replicas refuse them, and so does this one once its disk is another. ' +
  'Set HEADRACE_OUTCOME_KEY to the same text on all'

/** By a registry that replicas on other machines can ask. */
function isShared(control: string, settings: ServeSettings): boolean {
  const registered = registeredControl(control, settings)
  return registered !== undefined && isElsewhere(registered.place)
}

/** Where replicas find the state: the control's registered model. Undefined where it is of none, or no registry may be asked. */
function registeredControl(
  uri: string | undefined,
  settings: ServeSettings,
): { readonly model: string; readonly place: RegistryPlace } | undefined {
  const model = uri === undefined || settings.offline ? undefined : registeredName(uri)
  if (model === undefined) return undefined
  return { model, place: registryPlace(registryLocations(settings).registry) }
}
