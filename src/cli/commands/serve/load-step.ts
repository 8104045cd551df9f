import type { ModelPlan } from '../../../runtime/model-plan.ts'
import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { ServedModel } from '../../../runtime/served-model.ts'
import { cannotBeServed } from '../../cannot-be-served.ts'
import type { StartStep } from './start-steps.ts'

/** What comes of one step of a start: a model that is served, or none. */
export function loadStep(repository: ModelRepository, step: StartStep): readonly Promise<ServedModel>[] {
  if (step.kind === 'load') return [load(repository, step.plan)]
  repository.remember(step.known)
  return []
}

/** @throws ServingError that names the model */
async function load(repository: ModelRepository, plan: ModelPlan): Promise<ServedModel> {
  try {
    return await repository.loadPlan(plan)
  } catch (error) {
    throw cannotBeServed(plan.uri, error)
  }
}
