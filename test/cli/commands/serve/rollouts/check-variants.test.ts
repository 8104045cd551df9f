import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkVariants } from '../../../../../src/cli/commands/serve/rollouts/check-variants.ts'
import {
  DEFAULT_GUARDS,
  DEFAULT_MIRROR,
  DEFAULT_OUTCOME,
  DEFAULT_STICKY_KEY,
} from '../../../../../src/cli/rollouts/rollout-defaults.ts'
import type { RolloutPlan } from '../../../../../src/rollout/rollout-plan.ts'
import { ModelRepository } from '../../../../../src/runtime/model-repository.ts'

const MODELS = join(import.meta.dirname, '../../../../../models')
const PLANS = [
  ...Object.entries({ champion: 'iris/2', challenger: 'iris/1', cancer: 'breast-cancer/1' }).map(
    ([name, path]) => ({ name, uri: join(MODELS, path) }),
  ),
  { name: 'eastern', uri: join(MODELS, 'iris/1'), version: '版1' },
]

let repository: ModelRepository

beforeAll(async () => {
  repository = new ModelRepository({
    expectedModels: PLANS.length,
    resolve: async (path) => {
      const origin = { kind: 'local', location: path, registry: undefined } as const
      return { uri: path, canonicalUri: path, name: path, version: undefined, alias: undefined, path, origin }
    },
  })
  await Promise.all(PLANS.map((plan) => repository.loadPlan(plan)))
})
afterAll(() => repository.close())

const PLAN: RolloutPlan = {
  name: 'default',
  variants: [{ name: 'champion', permille: 1000 }],
  shadows: [],
  stickyKey: DEFAULT_STICKY_KEY,
  canary: undefined,
  outcome: DEFAULT_OUTCOME,
  guards: DEFAULT_GUARDS,
  mirror: DEFAULT_MIRROR,
  canForce: false,
}

function check(change: Partial<RolloutPlan>): void {
  checkVariants([{ ...PLAN, ...change }], (name) => repository.get(name))
}

function halves(...names: string[]): Pick<RolloutPlan, 'variants'> {
  return { variants: names.map((name) => ({ name, permille: 1000 / names.length })) }
}

describe('the models of a rollout', () => {
  test('are taken where they are two versions of one', () => {
    check(halves('champion', 'challenger'))
    check({ ...halves('champion'), shadows: ['challenger'] })
  })

  test('are refused where they take other inputs, with the difference', () => {
    expect(() => check(halves('champion', 'cancer'))).toThrow(
      "'cancer' cannot be a variant beside 'champion' in the rollout 'default': only 'champion' has the input '",
    )
    expect(() => check({ ...halves('champion'), shadows: ['cancer'] })).toThrow(
      "'cancer' cannot be a shadow beside 'champion' in the rollout 'default': only 'champion' has the input '",
    )
  })

  test('have the column that the sticky key is taken from', () => {
    const keyed = (column: string) => ({ stickyKey: { header: 'x-headrace-key', column } })
    check(keyed('sepal length (cm)'))
    expect(() => check(keyed('user_id'))).toThrow(
      "'champion' has no input 'user_id', which is to be the key of the rollout 'default'",
    )
  })

  test('have versions that can stand in a header, where they answer anybody', () => {
    expect(() => check(halves('champion', 'eastern'))).toThrow(
      "'eastern' cannot be a variant of the rollout 'default': its version '版1' cannot stand in a header",
    )
    check({ ...halves('champion'), shadows: ['eastern'] })
  })

  test('have to be there', () => {
    expect(() => check(halves('champion', 'layers'))).toThrow(
      "No model is served as 'layers', which the rollout 'default' is of",
    )
  })

  test('are not called as the rollout is', () => {
    expect(() => check({ name: 'challenger' })).toThrow("A model is served as 'challenger'")
  })
})
