import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

const triple = (most: number) => {
  const size = fc.integer({ min: 1, max: most })
  return fc.tuple(size, size, size)
}

/** TF.js pads nothing but moves the window, where its last place ends before the last element. */
function isMoved([size, window, stride]: readonly [number, number, number]): boolean {
  return (Math.ceil(size / stride) - 1) * stride + window < size
}

test('padded windows over three dimensions are refused where TF.js moves them, and like its own elsewhere', async () => {
  await fc.assert(
    fc.asyncProperty(triple(6), triple(3), triple(4), async (sizes, window, strides) => {
      const trial = {
        operands: [{ shape: [1, ...sizes, 2], rows: true }],
        build: (graph: Graph, [x]: readonly Value[]) =>
          graph.add(maxPool, [x!], { window, strides, padding: 'same' }),
        reference: ([x]: tf.Tensor[]) => tf.maxPool3d(x as tf.Tensor5D, window, strides, 'same'),
      }
      const moved = [0, 1, 2].some((axis) => isMoved([sizes[axis]!, window[axis]!, strides[axis]!]))
      if (moved) await expect(expectLikeTfjs(trial)).rejects.toThrow(NotCompiled)
      else await expectLikeTfjs(trial)
    }),
    { seed: 1, numRuns: 60 },
  )
})
