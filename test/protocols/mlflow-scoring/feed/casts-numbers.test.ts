import { describe, expect, test } from 'vitest'
import type { TensorMetadata } from '../../../../src/core/predictor.ts'
import type { Datatype, Tensor } from '../../../../src/core/tensor.ts'
import { compileScoringCodec } from '../../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'

const input = (name: string, datatype: Datatype): TensorMetadata => ({ name, datatype, shape: [-1, 2] })

async function decode(
  inputs: readonly TensorMetadata[],
  body: string,
  mediaType: 'application/json' | 'text/csv' = 'application/json',
): Promise<readonly (Tensor | undefined)[]> {
  const codec = compileScoringCodec({ signature: undefined, inputs, outputs: [], castsNumbers: true })
  const { request } = await codec.decode(Buffer.from(body), mediaType)
  return inputs.map(({ name }) => request.inputs.get(name))
}

const floats = [{ datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) }]
const integers = [{ datatype: 'INT32', shape: [1, 2], data: Int32Array.of(1, 2) }]

describe('a model without a signature that takes any numbers', () => {
  test.each([
    '{"inputs": [[1, 2]]}',
    '{"inputs": [[1.0, 2]]}',
    '{"instances": [[1, 2]]}',
    '{"inputs": {"x": [[1, 2]]}}',
    '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}',
    '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, 2]]}}',
  ])('takes them in every form: %s', async (body) => {
    expect(await decode([input('x', 'FP32')], body)).toEqual(floats)
    expect(await decode([input('x', 'INT32')], body)).toEqual(integers)
  })

  test.each([
    ['FP64', '[[1, 2]]', Float64Array.of(1, 2)],
    ['FP16', '[[1, 1.5]]', Uint16Array.of(0x3c00, 0x3e00)],
    ['INT8', '[[-128, 127]]', Int8Array.of(-128, 127)],
    ['INT64', '[[1.0, 2]]', BigInt64Array.of(1n, 2n)],
    ['UINT8', '[[0, 255]]', Uint8Array.of(0, 255)],
    ['UINT64', '[[0, 9007199254740993]]', BigUint64Array.of(0n, 9007199254740993n)],
  ] as const)('takes them as %s: %s', async (datatype, rows, data) => {
    expect(await decode([input('x', datatype)], `{"inputs": ${rows}}`)).toEqual([
      { datatype, shape: [1, 2], data },
    ])
  })

  test('takes CSV', async () => {
    expect(await decode([input('x', 'FP32')], 'a,b\n1,2\n', 'text/csv')).toEqual(floats)
    expect(await decode([input('x', 'INT32')], 'a,b\n1,2\n', 'text/csv')).toEqual(integers)
  })

  test('takes several inputs of different kinds', async () => {
    const inputs = [input('x', 'FP32'), input('ids', 'INT32')]
    expect(await decode(inputs, '{"inputs": {"x": [[1, 2]], "ids": [[1, 2]]}}')).toEqual([
      ...floats,
      ...integers,
    ])
  })

  test.each([
    ['INT32', '{"inputs": [[1.5, 2]]}'],
    ['INT32', '{"inputs": [[2147483648, 2]]}'],
    ['INT32', '{"inputs": [[true, false]]}'],
    ['INT8', '{"inputs": [[128, 0]]}'],
    ['UINT8', '{"inputs": [[-1, 0]]}'],
    ['UINT64', '{"inputs": [[-1, 0]]}'],
    ['INT64', '{"inputs": [[1.5, 0]]}'],
    ['INT64', '{"inputs": [[1e300, 0]]}'],
    ['FP32', '{"inputs": [["1", "2"]]}'],
    ['FP32', '{"inputs": [[true, false]]}'],
    ['BOOL', '{"inputs": [[1, 0]]}'],
  ] as const)('refuses what does not fit: %s of %s', async (datatype, body) => {
    await expect(decode([input('x', datatype)], body)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining("Unexpected input data type for 'x'."),
    })
  })
})
