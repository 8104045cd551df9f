import type { NamedModels } from '../../../core/model-change.ts'
import type { ModelPlan, NamedPlans } from '../../../runtime/model-plan.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import type { ServeSettings } from '../../config.ts'
import { modelPlans } from '../../model-settings.ts'

/** What a process starts with, in order: the first name is the default. */
export type StartStep =
  | { readonly kind: 'load'; readonly plan: ModelPlan }
  /** Known by its name, and not served now. */
  | { readonly kind: 'remember'; readonly known: NamedPlans }

/** What the settings name; in a process that comes later than others what those serve by then. @throws ServingError */
export async function startSteps(
  settings: ServeSettings,
  link: SupervisorLink | undefined,
): Promise<readonly StartStep[]> {
  const given = await link?.models()
  if (given === undefined) return (await modelPlans(settings)).map((plan) => ({ kind: 'load', plan }))
  return given.map(ofSameServer).flatMap((known): readonly StartStep[] => {
    const { name, plans, loaded } = known
    if (!loaded) return [{ kind: 'remember', known }]
    return plans.map((plan) => ({ kind: 'load', plan: { ...plan, name } }))
  })
}

/** Whether the settings say so, and not another process that has served for a while: what was named may be exchanged by then. */
export function isOfSettings(step: StartStep): boolean {
  return step.kind === 'load' && step.plan.served === undefined
}

/** They come from a process of the same server, which had them from the same code. */
function ofSameServer({ name, plans, loaded }: NamedModels): NamedPlans {
  return { name, plans: plans as readonly ModelPlan[], loaded }
}
