import type { CanaryPlan, CanaryStep, VariantPlan } from '../../rollout/rollout-plan.ts'
import { oneOf, permille } from '../values.ts'
import type { YamlPlace } from '../yaml-place.ts'
import { DEFAULT_CANARY } from './rollout-defaults.ts'
import { countAt, numberAt } from './yaml-number.ts'

const STEP_KEYS = ['percent', 'min-keys', 'min-minutes'] as const
const KEYS = ['variant', 'steps', 'min-keys', 'min-minutes', 'at-end'] as const

type Conditions = Omit<CanaryStep, 'permille'>

/**
 * `canary` of a rollout: its steps as shares alone, or as maps with conditions of their own.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function readCanary(place: YamlPlace, variants: readonly VariantPlan[]): CanaryPlan {
  const places = place.map(KEYS)
  const variant = variantAt(places.get('variant') ?? missing(place, 'variant'), variants)
  const conditions = conditionsAt(places, DEFAULT_CANARY)
  const steps = places.get('steps') ?? missing(place, 'steps')
  return {
    variant,
    steps: stepsAt(steps, conditions, roomFor(variant, variants)),
    atEnd: places.get('at-end')?.parsed(oneOf(['promote', 'hold'])) ?? DEFAULT_CANARY.atEnd,
  }
}

function missing(place: YamlPlace, key: string): never {
  throw place.failure(`the key '${key}' is needed`)
}

function variantAt(place: YamlPlace, variants: readonly VariantPlan[]): string {
  const name = place.text()
  const index = variants.findIndex((variant) => variant.name === name)
  if (index === -1) throw place.failure(`'${name}' is none of the variants`)
  if (index === 0)
    throw place.failure(`'${name}' is the control, at whose cost another variant gets its share`)
  return name
}

/** What the others but the control leave it. */
function roomFor(name: string, variants: readonly VariantPlan[]): number {
  const others = variants.slice(1).filter((variant) => variant.name !== name)
  return others.reduce((room, variant) => room - variant.permille, 1000)
}

function stepsAt(place: YamlPlace, common: Conditions, room: number): readonly CanaryStep[] {
  const steps: CanaryStep[] = []
  for (const at of place.list()) {
    const step = stepAt(at, common)
    if (step.permille <= (steps.at(-1)?.permille ?? 0))
      throw at.failure('each step is above the one before, and above 0')
    if (step.permille > room) throw at.failure(`the other variants leave it ${room / 10} percent`)
    steps.push(step)
  }
  if (steps.length === 0) throw place.failure('it holds no step')
  return steps
}

function stepAt(place: YamlPlace, common: Conditions): CanaryStep {
  if (place.kind !== 'map') return { permille: place.parsed(permille), ...common }
  const places = place.map(STEP_KEYS)
  const percent = places.get('percent') ?? missing(place, 'percent')
  return { permille: percent.parsed(permille), ...conditionsAt(places, common) }
}

function conditionsAt(places: ReadonlyMap<string, YamlPlace>, otherwise: Conditions): Conditions {
  const keys = places.get('min-keys')
  const minutes = places.get('min-minutes')
  return {
    minKeys: keys ? countAt(keys, 0) : otherwise.minKeys,
    minSeconds: minutes ? numberAt(minutes, { from: 0 }) * 60 : otherwise.minSeconds,
  }
}
