import { describe, expect, it } from 'vitest'
import type { OutputMetadata } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import {
  predictionCells,
  predictionColumns,
} from '../../../../src/protocols/mlflow-scoring/reply/prediction-columns.ts'
import { RowEncoder } from '../../../../src/protocols/mlflow-scoring/reply/row-encoder.ts'
import { TextBuffer } from '../../../../src/protocols/mlflow-scoring/reply/text-buffer.ts'

const LABELS: readonly OutputMetadata[] = [
  { name: 'label', datatype: 'BYTES', shape: [-1] },
  { name: 'p', datatype: 'FP32', shape: [-1, 2], classLabels: ['no', 7n] },
]
const LABELLED: TensorMap = new Map<string, Tensor>([
  ['label', { datatype: 'BYTES', shape: [3], data: ['no', 'a "b", c', ''] }],
  ['p', { datatype: 'FP32', shape: [3, 2], data: Float32Array.of(0.1, 0.9, 1, Number.NaN, -0, Infinity) }],
])
const output = (name: string): OutputMetadata => ({ name, datatype: 'FP64', shape: [] })
const doubles = (shape: readonly number[], ...values: number[]): Tensor => ({
  datatype: 'FP64',
  shape,
  data: Float64Array.from(values),
})

type Kind = 'csvRows' | 'jsonMembers'

function lines(encoder: RowEncoder, kind: Kind, tensors: TensorMap, rows: number): string[] {
  const out = new TextBuffer()
  const write = encoder[kind](tensors, rows, out)
  return Array.from({ length: rows }, (_, row) => {
    write(row)
    return Buffer.from(out.take()).toString()
  })
}

describe('csvRows', () => {
  it('has a column for each output and each label', () => {
    const encoder = new RowEncoder(LABELS)
    expect(encoder.csvHeader(LABELLED, 3)).toBe('label,p.no,p.7')
    expect(lines(encoder, 'csvRows', LABELLED, 3)).toEqual([
      'no,0.10000000149011612,0.8999999761581421',
      '"a ""b"", c",1.0,',
      '"",-0.0,inf',
    ])
  })

  it('has a column for each position of an output of several values', () => {
    const encoder = new RowEncoder([output('y'), output('z')])
    const tensors = new Map([
      ['y', doubles([2, 1, 2], 1, 2, 3, 4)],
      ['z', doubles([2, 1], 0.5, 1e16)],
    ])
    expect(encoder.csvHeader(tensors, 2)).toBe('y.0.0,y.0.1,z')
    expect(lines(encoder, 'csvRows', tensors, 2)).toEqual(['1.0,2.0,0.5', '3.0,4.0,1e+16'])
  })

  it('never writes a line of nothing, which readers leave out', () => {
    const tensors = new Map([['y', doubles([1], Number.NaN)]])
    expect(lines(new RowEncoder([output('y')]), 'csvRows', tensors, 1)).toEqual(['""'])
  })

  it('writes truth values and integers as pandas does', () => {
    const tensors = new Map<string, Tensor>([
      ['b', { datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
      ['i', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 5n) }],
      ['h', { datatype: 'FP16', shape: [2], data: Uint16Array.of(0x3c00, 0x7e00) }],
    ])
    const encoder = new RowEncoder([output('b'), output('i'), output('h')])
    expect(lines(encoder, 'csvRows', tensors, 2)).toEqual(['True,-9223372036854775808,1.0', 'False,5,'])
  })

  it('refuses an output that has not one part for each row', () => {
    const encoder = new RowEncoder([output('y')])
    const refusal = expect.objectContaining({ code: 'BAD_REQUEST' })
    expect(() => encoder.csvRows(new Map([['y', doubles([], 1)]]), 1, new TextBuffer())).toThrow(refusal)
    expect(() => encoder.jsonMembers(new Map([['y', doubles([3], 1, 2, 3)]]), 1, new TextBuffer())).toThrow(
      refusal,
    )
  })
})

describe('jsonMembers', () => {
  it('has a value, a list or an object for each output', () => {
    const encoder = new RowEncoder([...LABELS, output('y')])
    const tensors = new Map([...LABELLED, ['y', doubles([3, 2], 1, 2, 3, 4, 5, Number.NaN)] as const])
    expect(lines(encoder, 'jsonMembers', tensors, 3)).toEqual([
      '"label": "no", "p": {"no": 0.10000000149011612, "7": 0.8999999761581421}, "y": [1.0, 2.0]',
      '"label": "a \\"b\\", c", "p": {"no": 1.0, "7": NaN}, "y": [3.0, 4.0]',
      '"label": "", "p": {"no": -0.0, "7": Infinity}, "y": [5.0, NaN]',
    ])
  })

  it('has the value alone where a row has one', () => {
    const tensors = new Map([['y', doubles([2, 1, 1], 1, 2)]])
    expect(lines(new RowEncoder([output('y')]), 'jsonMembers', tensors, 2)).toEqual(['"y": 1.0', '"y": 2.0'])
  })
})

describe('predictionCells', () => {
  it('gives the values of each column', () => {
    const [, no, seven] = predictionColumns(LABELS, LABELLED, 3)
    expect(predictionCells(no!)).toEqual(Float32Array.of(0.1, 1, -0))
    expect(predictionCells(seven!)).toEqual(Float32Array.of(0.9, Number.NaN, Infinity))
  })

  it('widens halves of floats', () => {
    const tensors = new Map<string, Tensor>([
      ['h', { datatype: 'FP16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
    ])
    const [half] = predictionColumns([output('h')], tensors, 2)
    expect(predictionCells(half!)).toEqual(Float32Array.of(1, -2))
  })
})
