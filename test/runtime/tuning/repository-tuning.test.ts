import { expect, test } from 'vitest'
import { RepositoryTuning, type TunableModel } from '../../../src/runtime/tuning/repository-tuning.ts'
import type { TunedPlan } from '../../../src/runtime/tuning/tuned-plan.ts'

const PLAN: TunedPlan = { key: 'k', reason: 'proved', settled: true }

/** Remembers what it is told. */
class Model implements TunableModel {
  readonly name = 'm'
  readonly version = '1'
  readonly told: unknown[] = []
  tunedPlan: TunedPlan | undefined

  adopt(plan: TunedPlan): void {
    this.told.push(plan)
    this.tunedPlan = plan
  }

  tuneHere(): void {
    this.told.push('tune')
  }
}

function setup() {
  const models: Model[] = []
  const tuning = new RepositoryTuning(() => models)
  const add = (): Model => {
    const model = new Model()
    models.push(model)
    tuning.joined(model)
    return model
  }
  return { tuning, add }
}

test('a model hears what came while it was loaded, and all that comes later', () => {
  const { tuning, add } = setup()
  tuning.adopt({ name: 'm', version: '1', plan: PLAN })
  tuning.adopt({ name: 'm', version: '2', plan: { ...PLAN, reason: 'of another version' } })
  expect(tuning.planFor('m', '1')).toEqual(PLAN)
  const model = add()
  const later = { ...PLAN, reason: 'it failed' }
  tuning.adopt({ name: 'm', version: '1', plan: later })
  expect(model.told).toEqual([PLAN, later])
  expect(tuning.known()).toEqual([{ name: 'm', version: '1', plan: later }])
})

test('what is forgotten is not told to models that come later', () => {
  const { tuning, add } = setup()
  tuning.adopt({ name: 'm', version: '1', plan: PLAN })
  tuning.forget('m')
  expect(tuning.planFor('m', '1')).toBeUndefined()
  expect(add().told).toEqual([])
  expect(tuning.known()).toEqual([])
})

test('whoever takes over tunes the models that are there, and those that come', () => {
  const { tuning, add } = setup()
  const first = add()
  tuning.tuneHere()
  expect([first.told, add().told]).toEqual([['tune'], ['tune']])
})
