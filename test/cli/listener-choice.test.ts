import { describe, expect, test } from 'vitest'
import { chooseListeners, type ListenerQuestion } from '../../src/cli/listener-choice.ts'

const MB = 1024 * 1024

type Model = ListenerQuestion['models'][number]

function model(placement: 'inline' | 'pool', weightBytes = 1000): Model {
  const mlmodel = { traits: { unboundedRun: false, weightBytes } } as Model['mlmodel']
  return { name: placement, placement, mlmodel }
}

function choose(question: Partial<ListenerQuestion>): { listeners: number; reason: string } {
  return chooseListeners({
    asked: 'auto',
    models: [model('inline')],
    resources: { cores: 4, memoryBytes: 16_000 * MB },
    sharesPorts: true,
    ...question,
  })
}

describe('chooseListeners', () => {
  test('has one for each core where all models run inline', () => {
    expect(choose({})).toEqual({ listeners: 4, reason: 'the model runs inline, and there are 4 cores' })
    expect(choose({ models: [model('inline'), model('inline')] }).listeners).toBe(4)
  })

  test.each([
    [{ resources: { cores: 1, memoryBytes: 16_000 * MB } }, 'there is one core'],
    [{ sharesPorts: false }, 'this system does not spread a port over threads'],
    [{ models: [] }, 'no model is loaded'],
    [{ models: [model('inline'), model('pool')] }, "the model 'pool' runs in a pool of threads"],
  ])('has one where more are of no use: %#', (question, reason) => {
    expect(choose(question)).toEqual({ listeners: 1, reason })
  })

  test('has no more than half of the memory has room for', () => {
    const resources = { cores: 8, memoryBytes: 1024 * MB }
    expect(choose({ resources, models: [model('inline', 60 * MB)] }).listeners).toBe(2)
    expect(choose({ resources, models: [model('inline', 900 * MB)] }).listeners).toBe(1)
    const small = Array.from({ length: 100 }, () => model('inline'))
    expect(choose({ resources, models: small }).listeners).toBe(3)
  })

  test('does as it is told', () => {
    expect(choose({ asked: 3, models: [model('pool')] }).listeners).toBe(3)
  })
})
