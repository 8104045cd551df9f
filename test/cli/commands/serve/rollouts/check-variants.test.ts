import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkVariants } from '../../../../../src/cli/commands/serve/rollouts/check-variants.ts'
import { rolloutPlans } from '../../../../../src/cli/rollout-plans.ts'
import type { RolloutPlan } from '../../../../../src/rollout/rollout-plan.ts'
import { ModelRepository } from '../../../../../src/runtime/model-repository.ts'

const MODELS = join(import.meta.dirname, '../../../../../models')
const PLANS = Object.entries({
  champion: 'iris/2',
  challenger: 'iris/1',
  cancer: 'breast-cancer/1',
  layers: 'digits-layers/1',
}).map(([name, path]) => ({ name, uri: join(MODELS, path) }))

let repository: ModelRepository

beforeAll(async () => {
  repository = new ModelRepository({
    expectedModels: PLANS.length,
    resolve: async (path) => {
      const origin = { kind: 'local', location: path, registry: undefined } as const
      return { uri: path, canonicalUri: path, name: path, version: undefined, alias: undefined, path, origin }
    },
  })
  await Promise.all(PLANS.slice(0, 3).map((plan) => repository.loadPlan(plan)))
})
afterAll(() => repository.close())

async function check(change: Partial<RolloutPlan>): Promise<void> {
  const nothing = {
    ...{
      rolloutKeyHeader: undefined,
      rolloutKeyColumn: undefined,
      shadowSample: undefined,
      rollout: undefined,
    },
    ...{ outcomeKind: undefined, outcomeBetter: undefined, outcomeKey: undefined, guards: undefined },
  }
  const settings = { ...nothing, rolloutForce: 'auto', host: 'localhost', modelsFile: undefined } as const
  const split = [{ name: 'champion', permille: 1000 }]
  const [plan] = await rolloutPlans({ ...settings, split, shadow: [] }, PLANS)
  if (plan === undefined) throw new Error('There is no rollout')
  checkVariants([{ ...plan, ...change }], (name) => repository.get(name))
}

function halves(...names: string[]): Pick<RolloutPlan, 'variants'> {
  return { variants: names.map((name) => ({ name, permille: 1000 / names.length })) }
}

describe('the models of a rollout', () => {
  test('are taken where they are two versions of one', async () => {
    await check(halves('champion', 'challenger'))
    await check({ ...halves('champion'), shadows: ['challenger'] })
  })

  test('are refused where they take other inputs, with the difference', async () => {
    await expect(check(halves('champion', 'cancer'))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        /^'cancer' cannot be a variant beside 'champion' in the rollout 'default': only 'champion' has the input '/,
      ),
    })
    await expect(check({ ...halves('champion'), shadows: ['cancer'] })).rejects.toThrow(
      "'cancer' cannot be a shadow beside 'champion' in the rollout 'default': only 'champion' has the input '",
    )
  })

  test('have to be there', async () => {
    await expect(check(halves('champion', 'layers'))).rejects.toThrow(
      "No model is served as 'layers', which the rollout 'default' is of",
    )
  })

  test('are not called as the rollout is', async () => {
    await expect(check({ name: 'challenger' })).rejects.toThrow("A model is served as 'challenger'")
  })
})
