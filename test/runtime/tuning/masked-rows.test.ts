import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  allocate,
  type Datatype,
  elementCount,
  type Tensor,
  type TensorMap,
} from '../../../src/core/tensor.ts'
import { maskedRows } from '../../../src/runtime/batching/masked-rows.ts'
import { resizedAxis } from '../../../src/runtime/batching/resized-axis.ts'

const LAYOUT = {
  mask: 'mask',
  inputs: new Set(['ids', 'words', 'mask']),
  outputs: new Map([
    ['ids', [1]],
    ['words', [1]],
    ['mask', [1]],
    ['pairs', [1, 2]],
    ['kind', []],
  ]),
}

function filled(datatype: Datatype, shape: readonly number[], seed: number): Tensor {
  const data = allocate(datatype, elementCount(shape)) as (number | bigint | string)[]
  for (let index = 0; index < data.length; index += 1) {
    const value = seed * 1000 + index + 1
    data[index] = datatype === 'INT64' ? BigInt(value) : datatype === 'BYTES' ? `${value}` : value
  }
  return { datatype, shape, data } as Tensor
}

/** A request with so many rows of one length. */
function request(rows: number, length: number, seed: number): TensorMap {
  return new Map<string, Tensor>([
    ['ids', filled('INT64', [rows, length], seed)],
    ['words', filled('BYTES', [rows, length, 2], seed)],
    ['mask', { datatype: 'BOOL', shape: [rows, length], data: new Uint8Array(rows * length).fill(1) }],
    ['kind', filled('FP32', [rows, 3], seed)],
  ])
}

const requests = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 16 })), {
  minLength: 1,
  maxLength: 6,
})

describe('rows with a mask', () => {
  test('come back as they were, whatever they were joined with', () => {
    fc.assert(
      fc.property(requests, (shapes) => {
        const joining = maskedRows(LAYOUT)
        const parts = shapes.map(([rows, length], seed) => request(rows, length, seed))
        for (const part of parts) expect(joining.fits(parts[0]!, part)).toBe(true)
        expect(joining.split(joining.join(parts), parts)).toEqual(parts)
      }),
    )
  })

  test('are filled up with zeros and empty texts to the longest', () => {
    const joined = maskedRows(LAYOUT).join([request(1, 2, 0), request(1, 3, 1)])
    expect(joined.get('ids')).toMatchObject({
      shape: [2, 3],
      data: BigInt64Array.of(1n, 2n, 0n, 1001n, 1002n, 1003n),
    })
    expect(joined.get('words')!.data.slice(4, 6)).toEqual(['', ''])
    expect(joined.get('mask')!.data).toEqual(Uint8Array.of(1, 1, 0, 1, 1, 1))
    expect(joined.get('kind')!.shape).toEqual([2, 3])
  })

  test('have outputs with two such dimensions cut in both', () => {
    const pairs = filled('FP32', [2, 3, 3], 0)
    const [short, long] = maskedRows(LAYOUT).split(new Map([['pairs', pairs]]), [
      request(1, 2, 0),
      request(1, 3, 1),
    ])
    expect(short!.get('pairs')).toMatchObject({ shape: [1, 2, 2], data: Float32Array.of(1, 2, 4, 5) })
    expect(long!.get('pairs')!.shape).toEqual([1, 3, 3])
  })

  test('fit by classes, so that what fits one of a batch fits all of it', () => {
    const joining = maskedRows(LAYOUT)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 3, maxLength: 3 }), (lengths) => {
        const [a, b, c] = lengths.map((length, seed) => request(1, length, seed))
        expect(joining.fits(a!, a!)).toBe(true)
        expect(joining.fits(a!, b!)).toBe(joining.fits(b!, a!))
        if (joining.fits(a!, b!) && joining.fits(b!, c!)) expect(joining.fits(a!, c!)).toBe(true)
      }),
    )
  })

  test('fit nothing of another kind', () => {
    const joining = maskedRows(LAYOUT)
    const wider = new Map(request(1, 3, 0)).set('kind', filled('FP32', [1, 4], 0))
    const other = new Map(request(1, 3, 0)).set('ids', filled('INT32', [1, 3], 0))
    const bare = new Map([...request(1, 3, 0)].filter(([name]) => name !== 'mask'))
    for (const odd of [wider, other, bare]) expect(joining.fits(request(1, 3, 1), odd)).toBe(false)
  })
})

test('an axis of any tensor can be made longer and shorter', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(shapes, fc.nat(3), fc.nat(3), (shape, at, more) => {
      const axis = at % shape.length
      const tensor = filled('FP64', shape, 0)
      const longer = resizedAxis(tensor, axis, shape[axis]! + more)
      expect(longer.data).toHaveLength(elementCount(longer.shape))
      expect(resizedAxis(longer, axis, shape[axis]!)).toEqual(tensor)
    }),
  )
})
