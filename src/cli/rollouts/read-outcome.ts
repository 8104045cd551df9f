import type { OutcomePlan } from '../../rollout/rollout-plan.ts'
import { oneOf } from '../values.ts'
import type { YamlPlace } from '../yaml-place.ts'
import { DEFAULT_OUTCOME } from './rollout-defaults.ts'
import { countAt, numberAt } from './yaml-number.ts'

const KEYS = ['kind', 'better', 'alpha', 'planned-keys', 'smallest-difference', 'window-days'] as const
const DAY_SECONDS = 86_400

/** `outcome` of a rollout. @throws ServingError INVALID_PARAMETER_VALUE */
export function readOutcome(place: YamlPlace | undefined): OutcomePlan {
  if (place === undefined) return DEFAULT_OUTCOME
  const places = place.map(KEYS)
  const alpha = places.get('alpha')
  const planned = places.get('planned-keys')
  const smallest = places.get('smallest-difference')
  const window = places.get('window-days')
  const { kind, better } = DEFAULT_OUTCOME
  return {
    kind: places.get('kind')?.parsed(oneOf(['binary', 'numeric'])) ?? kind,
    better: places.get('better')?.parsed(oneOf(['higher', 'lower'])) ?? better,
    alpha: alpha ? numberAt(alpha, { above: 0, below: 0.5 }) : DEFAULT_OUTCOME.alpha,
    plannedKeys: planned ? countAt(planned, 100) : DEFAULT_OUTCOME.plannedKeys,
    smallestDifference: smallest && numberAt(smallest, { above: 0 }),
    windowSeconds: window
      ? numberAt(window, { above: 0, to: 365 }) * DAY_SECONDS
      : DEFAULT_OUTCOME.windowSeconds,
  }
}
