import type { NamedModels } from '../../../core/model-change.ts'
import type { ModelPlan, NamedPlans } from '../../../runtime/model-plan.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import type { ServeSettings } from '../../config.ts'
import { modelPlans } from '../../model-settings.ts'

/** What a process starts with. */
export interface StartPlans {
  readonly plans: readonly ModelPlan[]
  /** Known by name, and not served now. */
  readonly unloaded: readonly NamedPlans[]
}

/** What the settings name; in a process that comes later than others what those serve by then. @throws ServingError */
export async function startPlans(
  settings: ServeSettings,
  link: SupervisorLink | undefined,
): Promise<StartPlans> {
  const given = await link?.models()
  if (given === undefined) return { plans: await modelPlans(settings), unloaded: [] }
  const named = given.map(ofSameServer)
  return {
    plans: named
      .filter(({ loaded }) => loaded)
      .flatMap(({ name, plans }) => plans.map((plan) => ({ ...plan, name }))),
    unloaded: named.filter(({ loaded }) => !loaded),
  }
}

/** They come from a process of the same server, which had them from the same code. */
function ofSameServer({ name, plans, loaded }: NamedModels): NamedPlans {
  return { name, plans: plans as readonly ModelPlan[], loaded }
}
