import { describe, expect, it } from 'vitest'
import type { OutputMetadata } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { ItemsEncoder } from '../../../../src/protocols/mlflow-scoring/reply/items-encoder.ts'
import { ReplyEncoder } from '../../../../src/protocols/mlflow-scoring/reply/reply-encoder.ts'

const OUTPUTS: readonly OutputMetadata[] = [
  { name: 'classes', datatype: 'FP32', shape: [-1, 3] },
  { name: 'score', datatype: 'FP32', shape: [-1, 1] },
  { name: 'pairs', datatype: 'INT32', shape: [-1, 1, 2] },
]
const TWO_ROWS: TensorMap = new Map<string, Tensor>([
  ['classes', { datatype: 'FP32', shape: [2, 3], data: Float32Array.of(0.5, 0.25, 0.25, 1, 0, 0) }],
  ['score', { datatype: 'FP32', shape: [2, 1], data: Float32Array.of(7, 8) }],
  ['pairs', { datatype: 'INT32', shape: [2, 1, 2], data: Int32Array.of(1, 2, 3, 4) }],
])
const RECORDS =
  '{"classes": [0.5, 0.25, 0.25], "score": 7.0, "pairs": [[1, 2]]}, ' +
  '{"classes": [1.0, 0.0, 0.0], "score": 8.0, "pairs": [[3, 4]]}'

describe('records of rows', () => {
  it('hold lists where an output has several values a row', () => {
    const encoder = new ReplyEncoder(OUTPUTS, { recordPerRow: true })
    expect(encoder.encode(TWO_ROWS, 'records')).toBe(`{"predictions": [${RECORDS}]}`)
    expect(encoder.encode(TWO_ROWS, 'bare-records')).toBe(`[${RECORDS}]`)
  })

  it('are the same in pieces', () => {
    const { lists } = new ItemsEncoder(OUTPUTS, { recordPerRow: true }).encode(TWO_ROWS, 'records', 2)
    expect(lists.map((list) => Buffer.from(list).toString())).toEqual([RECORDS])
  })

  it('are refused where an output has another number of rows', () => {
    const uneven = new Map([...TWO_ROWS, ['score', { ...TWO_ROWS.get('score')!, shape: [1, 2] } as Tensor]])
    const encoder = new ReplyEncoder(OUTPUTS, { recordPerRow: true })
    expect(() => encoder.encode(uneven, 'records')).toThrow(/differ in length/)
  })
})
