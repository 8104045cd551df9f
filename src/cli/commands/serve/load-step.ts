import { hideUserInfo } from '../../../client/server-url.ts'
import { ServingError } from '../../../core/errors.ts'
import type { ModelPlan } from '../../../runtime/model-plan.ts'
import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { ServedModel } from '../../../runtime/served-model.ts'
import type { StartStep } from './start-steps.ts'

/** What comes of one step of a start: a model that is served, or none. */
export function loadStep(repository: ModelRepository, step: StartStep): readonly Promise<ServedModel>[] {
  if (step.kind === 'load') return [load(repository, step.plan)]
  repository.remember(step.known)
  return []
}

/** @throws ServingError that names the model, since several may be served and most failures are about a file. */
async function load(repository: ModelRepository, plan: ModelPlan): Promise<ServedModel> {
  const { uri } = plan
  try {
    return await repository.loadPlan(plan)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code === 'INTERNAL_ERROR') throw error
    const { code, message, details } = error
    throw new ServingError(code, `${hideUserInfo(uri)} cannot be served: ${message}`, {
      details,
      cause: error,
    })
  }
}
