import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { attribute, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { counted } from '../graph-def/counted.ts'
import { expectLikeTfjs, runInTfjs } from '../graph-def/like-tfjs.ts'

await useQuietCpu()

interface Specification {
  readonly dims: readonly number[]
  /** Which of them the compiler is not told. */
  readonly hidden: readonly boolean[]
  readonly begin: readonly number[]
  readonly end: readonly number[]
  readonly strides: readonly number[]
  readonly masks: Readonly<Record<string, number>>
  /** Whether begin and end are the graph's inputs. */
  readonly isComputed: boolean
}

const specification: fc.Arbitrary<Specification> = fc
  .record({ rank: fc.integer({ min: 1, max: 4 }), length: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rank, length }) => {
    const vector = (min: number, max: number) =>
      fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length })
    const mask = fc.integer({ min: 0, max: 2 ** length - 1 })
    const rarely = (value: fc.Arbitrary<number>) => fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, value)
    return fc.record({
      dims: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: rank, maxLength: rank }),
      hidden: fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
      begin: vector(-5, 5),
      end: vector(-6, 6),
      strides: fc.array(fc.constantFrom(1, 1, 1, 2, 3, -1, -2), { minLength: length, maxLength: length }),
      masks: fc.record({
        begin_mask: mask,
        end_mask: mask,
        ellipsis_mask: rarely(fc.integer({ min: 0, max: length - 1 }).map((bit) => 2 ** bit)),
        new_axis_mask: rarely(mask),
        shrink_axis_mask: rarely(mask),
      }),
      isComputed: fc.boolean(),
    })
  })

describe('StridedSlice', () => {
  it('cuts what TF.js cuts, whatever is known before the run', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(specification, async (each) => {
        if (await agrees(each)) compared += 1
      }),
      { numRuns: 400, seed: 4711 },
    )
    // The others are refused by TF.js, or not compiled.
    if (compared < 100) throw new Error(`only ${compared} slices were compared`)
  })
})

/** @returns whether there was something to compare. */
async function agrees(each: Specification): Promise<boolean> {
  const builder = new GraphBuilder()
  const x = builder.input(each.dims.map((dim, axis) => (each.hidden[axis] ? -1 : dim)))
  const bound = (values: readonly number[]): string =>
    each.isComputed ? builder.input([values.length], { type: 'int32' }) : builder.integers(values)
  const vectors = [bound(each.begin), bound(each.end), builder.integers(each.strides)]
  const masks = Object.entries(each.masks).map(([name, mask]) => [name, attribute.integer(mask)])
  builder.output(builder.node('StridedSlice', [x, ...vectors], Object.fromEntries(masks)))
  const bounds = each.isComputed ? [each.begin, each.end] : []
  const feeds = [
    counted(each.dims),
    ...bounds.map((values) => ({
      type: 'int32' as const,
      shape: [values.length],
      data: Int32Array.from(values),
    })),
  ]
  try {
    await runInTfjs(builder, feeds)
  } catch {
    return false
  }
  try {
    await expectLikeTfjs(builder, { runs: [feeds] })
  } catch (error) {
    if ((error as Error).name === 'NotCompiled') return false
    throw error
  }
  return true
}
