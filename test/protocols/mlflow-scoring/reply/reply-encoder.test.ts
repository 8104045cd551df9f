import { describe, expect, it } from 'vitest'
import type { OutputMetadata } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { ReplyEncoder } from '../../../../src/protocols/mlflow-scoring/reply/reply-encoder.ts'

const metadata = (name: string, more: Partial<OutputMetadata> = {}): OutputMetadata => ({
  name,
  datatype: 'FP32',
  shape: [-1],
  ...more,
})
const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  datatype: 'FP32',
  shape,
  data: Float32Array.from(values),
})

function encode(
  tensors: TensorMap,
  form: 'records' | 'tensors',
  outputs?: readonly OutputMetadata[],
): string {
  const encoder = new ReplyEncoder(outputs ?? [...tensors.keys()].map((name) => metadata(name)))
  return encoder.encode(tensors, form)
}

function valuesText(tensor: Tensor): string {
  return encode(new Map([['y', tensor]]), 'tensors').slice('{"predictions": {"y": '.length, -2)
}

describe('tensors', () => {
  it('are nested lists, in the order of the model’s outputs', () => {
    const tensors = new Map([
      ['b', floats([2], 5, 6)],
      ['a', floats([1, 2, 1], 0.5, -0)],
    ])
    const text = encode(tensors, 'tensors', [metadata('a'), metadata('b')])
    expect(text).toBe('{"predictions": {"a": [[[0.5], [-0.0]]], "b": [5.0, 6.0]}}')
  })

  it.each<[string, Tensor, string]>([
    ['a scalar', floats([], 3.5), '3.5'],
    ['no rows', floats([0, 3]), '[]'],
    ['rows of nothing', floats([2, 0]), '[[], []]'],
    ['float32, widened', floats([2], 0.1, 1e20), '[0.10000000149011612, 1.0000000200408773e+20]'],
    ['what is not finite', floats([3], Number.NaN, 1 / 0, -1 / 0), '[NaN, Infinity, -Infinity]'],
    [
      'float64',
      { datatype: 'FP64', shape: [3], data: Float64Array.of(0.1, 1e16, 1e-7) },
      '[0.1, 1e+16, 1e-07]',
    ],
    [
      'float16',
      { datatype: 'FP16', shape: [3], data: Uint16Array.of(0x3c00, 0x3555, 1) },
      '[1.0, 0.333251953125, 5.960464477539063e-08]',
    ],
    [
      'int64, exact',
      { datatype: 'INT64', shape: [1], data: BigInt64Array.of(9007199254740993n) },
      '[9007199254740993]',
    ],
    ['uint8', { datatype: 'UINT8', shape: [2], data: Uint8Array.of(0, 255) }, '[0, 255]'],
    ['booleans', { datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }, '[true, false]'],
    [
      'text, in ASCII',
      { datatype: 'BYTES', shape: [2], data: ['é"\n\u2028', '😀\x7f'] },
      '["\\u00e9\\"\\n\\u2028", "\\ud83d\\ude00\\u007f"]',
    ],
  ])('write %s', (_, tensor, text) => {
    expect(valuesText(tensor)).toBe(text)
  })
})

describe('records', () => {
  it('have one flattened column an output', () => {
    const tensors = new Map<string, Tensor>([
      ['y', floats([2, 2], 1, 2, 3, 4)],
      ['s', { datatype: 'BYTES', shape: [4], data: ['a', 'b', 'c', 'd'] }],
    ])
    expect(encode(tensors, 'records')).toBe(
      '{"predictions": [{"y": 1.0, "s": "a"}, {"y": 2.0, "s": "b"}, {"y": 3.0, "s": "c"}, {"y": 4.0, "s": "d"}]}',
    )
  })

  it('are none for no rows', () => {
    expect(encode(new Map([['y', floats([0, 1])]]), 'records')).toBe('{"predictions": []}')
  })

  it('are refused where outputs differ in length', () => {
    const tensors = new Map([
      ['y', floats([1], 1)],
      ['z', floats([1, 2], 1, 2)],
    ])
    expect(() => encode(tensors, 'records')).toThrow('All arrays must be of the same length')
  })
})

describe('the buffer of the thread', () => {
  const small = new Map([['y', floats([2], 0.5, 1)]])

  it('has nothing of a reply that was refused', () => {
    const uneven = new Map([
      ['y', floats([1], 1)],
      ['z', floats([2], 1, 2)],
    ])
    expect(() => encode(uneven, 'records')).toThrow()
    expect(encode(small, 'tensors')).toBe('{"predictions": {"y": [0.5, 1.0]}}')
  })

  it('holds replies of any length', () => {
    const values = Array.from({ length: 300_000 }, (_, i) => Math.fround(i / 7))
    const text = encode(
      new Map([
        ['y', { datatype: 'FP32', shape: [values.length], data: Float32Array.from(values) } as const],
      ]),
      'tensors',
    )
    const { predictions } = JSON.parse(text) as { predictions: { y: number[] } }
    expect(predictions.y).toEqual(values)
    expect(encode(small, 'records')).toBe('{"predictions": [{"y": 0.5}, {"y": 1.0}]}')
  })
})

describe('ZipMap outputs', () => {
  const tensors = new Map<string, Tensor>([
    ['label', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(3n, 4n) }],
    ['probability', floats([2, 2], 0.75, 0.25, 0, 1)],
  ])
  const outputs = [metadata('label'), metadata('probability', { classLabels: [3n, 4n] })]

  it('are a cell of objects in records', () => {
    expect(encode(tensors, 'records', outputs)).toBe(
      '{"predictions": [{"label": 3, "probability": {"3": 0.75, "4": 0.25}}, ' +
        '{"label": 4, "probability": {"3": 0.0, "4": 1.0}}]}',
    )
  })

  it('are a list of objects among tensors', () => {
    expect(encode(tensors, 'tensors', outputs)).toBe(
      '{"predictions": {"label": [3, 4], "probability": [{"3": 0.75, "4": 0.25}, {"3": 0.0, "4": 1.0}]}}',
    )
  })
})
