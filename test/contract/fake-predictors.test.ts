import { expect, test } from 'vitest'
import { FailingPredictor, rowsOf, SumPredictor, slowPredictor } from '../fixtures/predictors.ts'
import { describePredictor } from './predictor-contract.ts'

const inputs = (rows: number, seed: number) =>
  rowsOf(...Array.from({ length: rows }, (_, row) => [row, seed, 0.5]))

describePredictor('SumPredictor', { open: async () => new SumPredictor(), inputs })
describePredictor('slowPredictor', { open: async () => slowPredictor(5, { maxConcurrency: 2 }), inputs })
describePredictor('FailingPredictor', { open: async () => new FailingPredictor(), inputs })

test('SumPredictor sums rows and records its runs', async () => {
  const predictor = new SumPredictor()
  const outputs = await predictor.predict(rowsOf([1, 2], [3, 4]))
  expect(outputs.get('sum')?.data).toEqual(new Float32Array([3, 7]))
  expect(outputs.get('rows')?.data).toEqual(new BigInt64Array([2n, 2n]))
  expect(predictor.runs).toEqual([2])
})

test('slowPredictor keeps to its concurrency', async () => {
  const predictor = slowPredictor(2, { maxConcurrency: 3 })
  await Promise.all(Array.from({ length: 10 }, () => predictor.predict(rowsOf([1]))))
  expect(predictor.peakConcurrency).toBe(3)
  expect(predictor.runs).toHaveLength(10)
})

test('FailingPredictor fails on NaN alone', async () => {
  const predictor = new FailingPredictor()
  await expect(predictor.predict(rowsOf([Number.NaN]))).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect((await predictor.predict(rowsOf([2]))).get('sum')?.data).toEqual(new Float32Array([2]))
})
