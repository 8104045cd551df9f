import type { LifecycleStage } from '../../entities/experiment.ts'

/** Which of what is active and what is deleted a search finds. */
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

const STAGES: Readonly<Record<ViewType, readonly LifecycleStage[]>> = {
  ACTIVE_ONLY: ['active'],
  DELETED_ONLY: ['deleted'],
  ALL: ['active', 'deleted'],
}

export function stagesOf(viewType: ViewType = 'ACTIVE_ONLY'): readonly LifecycleStage[] {
  return STAGES[viewType]
}
