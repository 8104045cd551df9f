import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compileModel } from '../../../../../src/flavors/tfjs/compile/compile.ts'
import type { ConstantData } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { indexLimits } from '../../../../../src/flavors/tfjs/compile/index-limits.ts'
import { attribute, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { counted } from '../graph-def/counted.ts'
import { expectLikeTfjs, runInTfjs } from '../graph-def/like-tfjs.ts'

await useQuietCpu()

/** onnxruntime tells no failures but fatal ones. */
const QUIET = { logSeverityLevel: 4 } as const

function whole(values: readonly number[], shape: readonly number[] = [values.length]): ConstantData {
  return { type: 'int32', shape, data: Int32Array.from(values) }
}

/** A table of five rows whose rows are picked. */
function embedding(op: 'GatherV2' | 'GatherNd'): GraphBuilder {
  const builder = new GraphBuilder()
  const table = builder.floats([1, 2, 3, 4, 5], [5, 1])
  const indices = builder.input(op === 'GatherNd' ? [-1, 1] : [-1], { type: 'int32' })
  const axis = op === 'GatherV2' ? [builder.integer(0)] : []
  return builder.output(builder.node(op, [table, indices, ...axis]))
}

describe('indices that are out of range', () => {
  for (const op of ['GatherV2', 'GatherNd'] as const) {
    for (const index of [-1, -5, 5, 2 ** 31 - 1]) {
      it(`${op} fails at ${index}, as TF.js does`, async () => {
        const builder = embedding(op)
        const feeds = [op === 'GatherNd' ? whole([index], [1, 1]) : whole([index])]
        await assert.rejects(runInTfjs(builder, feeds))
        const session = await openGraph((await compileModel(builder.artifacts())).graph, QUIET)
        assert.throws(() => session.run(feeds))
      })
    }
  }

  it('are refused before any run where they are constant', async () => {
    const builder = new GraphBuilder()
    const indices = builder.integers([0, -1])
    builder.output(builder.node('GatherV2', [builder.input([-1, 3]), indices, builder.integer(1)]))
    await assert.rejects(compileModel(builder.artifacts()), /indices out of a dimension of 3/)
  })

  it('are nowhere in a OneHot', async () => {
    const builder = new GraphBuilder()
    const indices = builder.input([-1], { type: 'int32' })
    const values = [builder.integer(3), builder.float(1), builder.float(0)]
    builder.output(builder.node('OneHot', [indices, ...values], { T: attribute.type('float32') }))
    await expectLikeTfjs(builder, { runs: [[whole([-1, 0, 2, 3, -3])]] })
  })
})

it('a slice that leaves its dimension fails, as in TF.js', async () => {
  const builder = new GraphBuilder()
  const bounds = [builder.integers([1, 0]), builder.integers([4, -1])]
  builder.output(builder.node('Slice', [builder.input([-1, 2]), ...bounds]))
  await expectLikeTfjs(builder, { runs: [[counted([5, 2])], [counted([7, 2])]] })
  await assert.rejects(runInTfjs(builder, [counted([4, 2])]))
  const session = await openGraph((await compileModel(builder.artifacts())).graph, QUIET)
  assert.throws(() => session.run([counted([4, 2])]))
})

describe('limits of inputs that are indices', () => {
  async function limitsOf(builder: GraphBuilder): Promise<Record<string, number>> {
    return Object.fromEntries(indexLimits((await compileModel(builder.artifacts())).graph))
  }

  it('are those of the table, through casts, reshapes and slices', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 6])
    const cast = builder.node('Cast', [x], { DstT: attribute.type('int32') })
    const flat = builder.node('Reshape', [cast, builder.integers([-1, 2, 3])])
    const part = builder.node('Slice', [flat, builder.integers([0, 0, 1]), builder.integers([-1, -1, 2])])
    const table = builder.floats([1, 2, 3, 4], [4, 1])
    builder.output(builder.node('GatherV2', [table, part, builder.integer(0)]))
    assert.deepEqual(await limitsOf(builder), { input_0: 4 })
  })

  it('are the lowest where an input is used twice, and reach all parts of what was put together', async () => {
    const builder = new GraphBuilder()
    const [a, b] = [builder.input([-1], { type: 'int32' }), builder.input([-1], { type: 'int32' })]
    const both = builder.node('ConcatV2', [a, b, builder.integer(0)], { N: attribute.integer(2) })
    const table = builder.floats([1, 2, 3, 4], [4, 1])
    const hot = builder.node('OneHot', [a, builder.integer(3), builder.float(1), builder.float(0)], {
      T: attribute.type('float32'),
    })
    builder.output(builder.node('GatherV2', [table, both, builder.integer(0)]), hot)
    assert.deepEqual(await limitsOf(builder), { input_0: 3, input_1: 4 })
  })

  it('are those of the least dimension for coordinates, and reach both branches of a selection', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 2], { type: 'int32' })
    const isNegative = builder.node('Less', [x, builder.integer(0)])
    const chosen = builder.node('SelectV2', [isNegative, builder.integer(0), x])
    const table = builder.floats([1, 2, 3, 4, 5, 6], [3, 2])
    builder.output(builder.node('GatherNd', [table, chosen]))
    assert.deepEqual(await limitsOf(builder), { input_0: 2 })
  })

  it('are none for other inputs', async () => {
    const builder = new GraphBuilder()
    builder.output(builder.node('Relu', [builder.input([-1, 2])]))
    assert.deepEqual(await limitsOf(builder), {})
  })
})
