import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../../src/core/tensor.ts'
import { MissingKernel } from '../../../../src/flavors/tfjs/engines/missing-kernel.ts'
import { openTfjs } from '../../../../src/flavors/tfjs/engines/open-tfjs.ts'
import { attribute, GraphBuilder } from '../../../fixtures/tfjs/graph-builder.ts'

async function answers(builder: GraphBuilder, input: Tensor): Promise<unknown[]> {
  const predictor = await openTfjs(builder.artifacts(), 'wasm')
  const outputs = await predictor.predict(new Map([[builder.inputs[0]!.name, input]]))
  const data = [...outputs.values()].map((output) => [...output.data])
  await predictor.close()
  return data
}

describe('kernels that TF.js has wrong on WebAssembly', () => {
  test('OneHot of floats', async () => {
    const builder = new GraphBuilder()
    const indices = builder.input([-1], { type: 'int32' })
    const values = [builder.integer(3), builder.float(0.9), builder.float(0.1)]
    builder.output(builder.node('OneHot', [indices, ...values], { T: attribute.type('float32') }))
    const input: Tensor = { datatype: 'INT32', shape: [3], data: Int32Array.of(2, -1, 0) }
    const [hot] = await answers(builder, input)
    expect(hot).toEqual(Array.from(Float32Array.of(0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1)))
  })

  test('Cast to bool, and to other types as before', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1])
    const cast = (type: 'bool' | 'int32'): string => builder.node('Cast', [x], { DstT: attribute.type(type) })
    builder.output(cast('bool'), cast('int32'))
    const input: Tensor = { datatype: 'FP32', shape: [5], data: Float32Array.of(-1.5, 0, 256, 0.5, -0) }
    expect(await answers(builder, input)).toEqual([
      [1, 0, 1, 1, 0],
      [-1, 0, 256, 0, 0],
    ])
  })

  test('MaxPoolWithArgmax is missing', async () => {
    const builder = new GraphBuilder()
    const windows = attribute.integers([1, 2, 2, 1])
    const attributes = { ksize: windows, strides: windows, padding: attribute.text('SAME') }
    builder.output(
      builder.node('MaxPoolWithArgmax', [builder.input([-1, 4, 4, 1])], {
        ...attributes,
        include_batch_in_index: attribute.flag(false),
      }),
    )
    await expect(openTfjs(builder.artifacts(), 'wasm')).rejects.toThrow(MissingKernel)
  })
})
