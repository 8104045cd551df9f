import type { Param } from '../../../../../entities/param.ts'
import type { RolloutPlan } from '../../../../../rollout/rollout-plan.ts'

/** The shortest limit of any MLflow of these years. */
const MOST_LETTERS = 500

/** What a rollout was to do, as params of its run: `guards.errors.floor`, `canary.steps`. */
export function planParams(plan: RolloutPlan): readonly Param[] {
  const { name, variants, shadows, ...rest } = plan
  const [control] = variants
  const shares = variants.map((variant) => `${variant.name}=${variant.permille / 10}`).join(',')
  return [
    ...[param('rollout', name), param('control', control?.name ?? ''), param('split', shares)],
    ...(shadows.length === 0 ? [] : [param('shadows', shadows.join(','))]),
    ...Object.entries(rest).flatMap(([key, value]) => flattened(key, value)),
  ]
}

function flattened(key: string, value: unknown): readonly Param[] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [param(key, value)]
  return Object.entries(value).flatMap(([name, inner]) => flattened(`${key}.${name}`, inner))
}

function param(key: string, value: unknown): Param {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return { key: name, value: text.slice(0, MOST_LETTERS) }
}
