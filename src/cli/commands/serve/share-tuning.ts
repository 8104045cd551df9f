import type { RepositoryTuning } from '../../../runtime/tuning/repository-tuning.ts'
import type { TunedModel } from '../../../runtime/tuning/tuned-plan.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'

/** Tells those beside this server how its models are batched, and does as they have found out. */
export function shareTuning(tuning: RepositoryTuning, link: SupervisorLink): void {
  tuning.onTuned = (tuned) => link.tuned(tuned)
  link.follow({
    // News come from a server of the same kind, which had them from the same code.
    adopt: (news) => tuning.adopt(news as TunedModel),
    forget: (name) => tuning.forget(name),
    tuneHere: () => tuning.tuneHere(),
  })
}
