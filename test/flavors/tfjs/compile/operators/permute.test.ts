import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { permuted } from '../../../../../src/flavors/tfjs/compile/lower/permute.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { elementsOf, expectSame } from './like-tfjs.ts'

await useQuietCpu()

const shapes = fc.oneof(
  fc.array(fc.nat(4), { maxLength: 5 }),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 3 }),
)

test('a constant in another order is what TF.js transposes it to', () => {
  fc.assert(
    fc.property(shapes, fc.infiniteStream(fc.nat()), (shape, ranks) => {
      const order = shape
        .map((_, axis) => ({ axis, rank: ranks.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ axis }) => axis)
      const constant = elementsOf({ shape, type: 'int32', range: [-1e6, 1e6] }, 1)
      const expected = tf.tidy(() => {
        const transposed = tf.transpose(tf.tensor(constant.data, shape, 'int32'), order)
        return { shape: transposed.shape, data: transposed.dataSync() as Int32Array }
      })
      expectSame(permuted(constant, order), { type: 'int32', ...expected })
    }),
    { numRuns: 200 },
  )
})

test('the constant itself stays as it is', () => {
  const data = Float32Array.of(1, 2, 3, 4)
  const result = permuted({ type: 'float32', shape: [2, 2], data }, [1, 0])
  expect([...result.data]).toEqual([1, 3, 2, 4])
  expect([...data]).toEqual([1, 2, 3, 4])
})
