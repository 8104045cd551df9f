import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutputMetadata } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { ItemsEncoder } from '../../../../src/protocols/mlflow-scoring/reply/items-encoder.ts'
import { ReplyEncoder } from '../../../../src/protocols/mlflow-scoring/reply/reply-encoder.ts'

const OUTPUTS: readonly OutputMetadata[] = [
  { name: 'label', datatype: 'INT64', shape: [-1] },
  { name: 'p', datatype: 'FP32', shape: [-1, 2], classLabels: ['no', 'é'] },
  { name: 'y', datatype: 'FP64', shape: [-1, 1] },
]
const WHOLE = new ReplyEncoder(OUTPUTS)
const ITEMS = new ItemsEncoder(OUTPUTS)

/** The rows `from` to `to` of outputs that are made of `seed`. */
function outputsOf(seed: readonly number[], from: number, to: number): TensorMap {
  const rows = seed.slice(from, to)
  return new Map<string, Tensor>([
    [
      'label',
      { datatype: 'INT64', shape: [rows.length], data: BigInt64Array.from(rows, (_, i) => BigInt(i)) },
    ],
    [
      'p',
      { datatype: 'FP32', shape: [rows.length, 2], data: Float32Array.from(rows.flatMap((x) => [x, 1 - x])) },
    ],
    ['y', { datatype: 'FP64', shape: [rows.length, 1], data: Float64Array.from(rows) }],
  ])
}

const cutRows = fc
  .array(fc.double(), { minLength: 1, maxLength: 9 })
  .chain((seed) => fc.tuple(fc.constant(seed), fc.nat(seed.length)))

describe('ItemsEncoder', () => {
  it.each(['records', 'tensors'] as const)('gives parts that join to the whole reply as %s', (form) => {
    fc.assert(
      fc.property(cutRows, ([seed, cut]) => {
        const whole = new Map(outputsOf(seed, 0, seed.length))
        whole.set('label', {
          datatype: 'INT64',
          shape: [seed.length],
          data: BigInt64Array.from(seed, (_, i) => BigInt(i < cut ? i : i - cut)),
        })
        const parts = [
          ITEMS.encode(outputsOf(seed, 0, cut), form, cut),
          ITEMS.encode(outputsOf(seed, cut, seed.length), form, seed.length - cut),
        ]
        const lists = parts[0]!.lists.map((_, i) => {
          const texts = parts
            .map(({ lists }) => Buffer.from(lists[i]!).toString('latin1'))
            .filter((text) => text !== '')
          return `${parts[0]!.keys?.[i] ?? ''}[${texts.join(', ')}]`
        })
        const body = form === 'records' ? lists.join(', ') : `{${lists.join(', ')}}`
        expect(`{"predictions": ${body}}`).toBe(WHOLE.encode(whole, form))
      }),
    )
  })

  it('refuses an output that has not one part for each row', () => {
    const encoder = new ItemsEncoder([{ name: 'mean', datatype: 'FP32', shape: [1] }])
    const tensors = new Map([['mean', { datatype: 'FP32', shape: [1], data: Float32Array.of(2) } as const]])
    expect(() => encoder.encode(tensors, 'tensors', 3)).toThrow(
      "The output 'mean' has 1 parts for 3 rows, so that it cannot be written row by row.",
    )
  })
})
