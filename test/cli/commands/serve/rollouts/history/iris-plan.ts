import { GUARDS, rolloutPlan } from '../../../../../rollout/engine/rollout-plans.ts'

export const IRIS_PLAN = rolloutPlan(
  { champion: 900, challenger: 100 },
  { guards: { ...GUARDS, slow: undefined, faults: { floor: 0 } }, canForce: false },
)
