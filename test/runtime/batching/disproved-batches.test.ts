import { describe, expect, test } from 'vitest'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import { HeldEngine, rows } from './support/held-engine.ts'

function pooled() {
  const engine = new HeldEngine()
  const batcher = new DynamicBatcher(engine, { placement: 'pool' })
  batcher.use({ sizes: upTo(8), joining: PLAIN_ROWS, runMs: (count) => count })
  return { engine, batcher }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('a batch whose outputs have no row for each of its own', () => {
  /** Answers only rows of a value above nought, whoever sent them. */
  function filtering() {
    const { engine, batcher } = pooled()
    const runs: number[] = []
    engine.predict = async (inputs) => {
      const values = [...(inputs.get('x')!.data as Float64Array)]
      runs.push(values.length)
      return rows(1, ...values.filter((value) => value > 0))
    }
    const disproofs: string[] = []
    batcher.onDisproved = ({ message }) => void disproofs.push(message)
    return { batcher, runs, disproofs }
  }
  const valuesOf = (outputs: TensorMap) => [...(outputs.get('x')!.data as Float64Array)]

  test('is run again, so that each call is answered as it is alone', async () => {
    const { batcher, runs, disproofs } = filtering()
    const answers = [1, -2, 3, 4].map((value) => batcher.predict(rows(1, value)))
    expect((await Promise.all(answers)).map(valuesOf)).toEqual([[1], [], [3], [4]])
    expect(runs).toEqual([4, 2, 2, 1, 1])
    expect(disproofs).toHaveLength(2)
  })

  test('is the last one where the plan is taken back', async () => {
    const { batcher, runs, disproofs } = filtering()
    batcher.onDisproved = () => batcher.use(undefined)
    const answers = [1, -2, 3, 4].map((value) => batcher.predict(rows(1, value)))
    expect((await Promise.all(answers)).map(valuesOf)).toEqual([[1], [], [3], [4]])
    expect(runs).toEqual([4, 1, 1, 1, 1])
    expect(disproofs).toEqual([])
  })

  test('is an error where it was a part of one call, never rows in the wrong place', async () => {
    const { batcher } = filtering()
    const large = batcher.predict(rows(1, -1, ...upTo(20)))
    await expect(large).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message: expect.stringContaining("'x'"),
    })
  })
})

test('parts of one call whose rows differ in shape are no answer', async () => {
  const { engine, batcher } = pooled()
  let width = 1
  engine.predict = async (inputs) => rows(width++, ...(inputs.get('x')!.data as Float64Array))
  const large = batcher.predict(rows(1, ...upTo(20)))
  await expect(large).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
})
