import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { elementCount } from '../../../../../src/core/tensor.ts'
import type { ConstantData } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { attribute, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { counted } from '../graph-def/counted.ts'
import { expectLikeTfjs } from '../graph-def/like-tfjs.ts'

await useQuietCpu()

interface Picking {
  readonly dims: readonly number[]
  /** Dimensions of the indices behind the common ones. */
  readonly own: readonly number[]
  readonly axis: number
  readonly batchDims: number
  readonly isFree: boolean
  readonly isNegative: boolean
  readonly seed: number
}

const picking: fc.Arbitrary<Picking> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((dims) => fc.record({ dims: fc.constant(dims), axis: fc.nat(dims.length - 1) }))
  .chain(({ dims, axis }) =>
    fc.record({
      dims: fc.constant(dims),
      axis: fc.constant(axis),
      batchDims: fc.nat(axis),
      own: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
      isFree: fc.boolean(),
      isNegative: fc.boolean(),
      seed: fc.nat(1000),
    }),
  )

describe('GatherV2', () => {
  it('picks what TF.js picks, along any axis and behind any common dimensions', async () => {
    await fc.assert(
      fc.asyncProperty(picking, async (each) => {
        const { builder, feeds } = built(each)
        await expectLikeTfjs(builder, { runs: [feeds] })
      }),
      { numRuns: 200, seed: 12 },
    )
  })
})

function built({ dims, own, axis, batchDims, isFree, isNegative, seed }: Picking) {
  const builder = new GraphBuilder()
  const shape = [...dims.slice(0, batchDims), ...own]
  const declare = (each: readonly number[]): readonly number[] => (isFree ? each.map(() => -1) : each)
  const x = builder.input(declare(dims))
  const indices = builder.input(declare(shape), { type: 'int32' })
  const at = builder.integer(isNegative ? axis - dims.length : axis)
  const common = attribute.integer(isNegative ? batchDims - shape.length : batchDims)
  // From the end, 0 would be all of the dimensions of the indices.
  const isTold = batchDims > 0 && batchDims < shape.length
  const attributes = { batch_dims: isTold ? common : attribute.integer(batchDims) }
  builder.output(builder.node('GatherV2', [x, indices, at], attributes))
  return { builder, feeds: [counted(dims), indicesOf(shape, dims[axis]!, seed)] }
}

function indicesOf(shape: readonly number[], below: number, seed: number): ConstantData {
  const data = Int32Array.from({ length: elementCount(shape) }, (_, index) => (seed + index * 7) % below)
  return { type: 'int32', shape, data }
}
