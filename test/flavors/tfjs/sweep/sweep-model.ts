import type { ModelArtifacts } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { Random } from '../../../soak/mlflow-differential/random.ts'
import type { Dims } from './layers-recipe.ts'

/** What may be fed to an input. */
export interface InputPlan {
  readonly name: string
  readonly type: ElementType
  readonly shape: Dims
  /** Values are integers from 0 to below it. */
  readonly below?: number
  /** Whole steps are 0. */
  readonly masked?: boolean
}

export interface SweepTensor {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** A random model as TF.js would read it, with what can be fed to it. */
export interface SweepModel {
  readonly artifacts: ModelArtifacts
  readonly inputs: readonly InputPlan[]
}

export interface RunCase {
  readonly rows: number
  /** Floats are about as large as this. */
  readonly scale: number
}

export const RUN_CASES: readonly RunCase[] = [1, 3].flatMap((rows) =>
  [0.1, 1, 30].map((scale) => ({ rows, scale })),
)

/** Random values for all inputs. Free dimensions other than the rows are alike. */
export function inputsOf(
  random: Random,
  plans: readonly InputPlan[],
  { rows, scale }: RunCase,
): readonly SweepTensor[] {
  const free = 4 + random.below(6)
  const isLattice = random.chance(0.2)
  return plans.map((plan) => {
    const shape = plan.shape.map((dim, axis) => dim ?? (axis === 0 ? rows : free))
    const count = shape.reduce((product, dim) => product * dim, 1)
    const data = random.times(count, () => element(random, plan, { scale, isLattice }))
    if (plan.masked === true) maskSteps(random, data, shape)
    return { type: plan.type, shape, data }
  })
}

function element(
  random: Random,
  { type, below }: InputPlan,
  { scale, isLattice }: { scale: number; isLattice: boolean },
): number {
  if (below !== undefined) return random.below(below)
  if (type === 'bool') return random.below(2)
  const value = (random.next() * 2 - 1) * 1.7 * scale
  if (type === 'int32') return Math.round(value * 3) + 0
  return Math.fround(isLattice ? Math.round(value * 2) / 2 + 0 : value)
}

function maskSteps(random: Random, data: number[], [rows = 0, steps = 0, size = 0]: readonly number[]): void {
  for (let step = 0; step < rows * steps; step += 1) {
    if (random.chance(0.3)) data.fill(0, step * size, (step + 1) * size)
  }
}
