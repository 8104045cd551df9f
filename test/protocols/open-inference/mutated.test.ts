import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import type { ModelSignature } from '../../../src/signature/model-signature.ts'
import { binaryBody, codecOf, input, octets } from './codecs.ts'

const signature: ModelSignature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: 'a', type: 'double', required: true },
      { name: 's', type: 'string', required: false },
    ],
  },
  outputs: undefined,
  params: [{ name: 'k', type: 'long', default: 1, shape: undefined }],
  fromTypeHint: false,
}

const codec = codecOf([input('a', 'FP32', [-1, 2]), input('s', 'BYTES', [-1])], {
  signature,
  outputs: [input('y', 'FP32', [-1, 2]), input('l', 'INT64', [-1])],
  batchable: true,
})

const good = {
  id: '1',
  parameters: { k: 2, binary_data_output: true, timeout: 1000 },
  inputs: [
    { name: 'a', datatype: 'FP32', shape: [2, 2], parameters: { binary_data_size: 16 } },
    { name: 's', datatype: 'BYTES', shape: [2], data: ['a', 'b'] },
  ],
  outputs: [{ name: 'y', parameters: { classification: 1, binary_data: false } }, { name: 'l' }],
}
const { body, headerLength } = binaryBody(good, [octets(Float32Array.of(1, 2, 3, 4))])

function check(mutated: Uint8Array, length: number | undefined): void {
  try {
    codec.decode(mutated, length)
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError)
    expect(['BAD_REQUEST', 'INVALID_PARAMETER_VALUE']).toContain((error as ServingError).code)
    expect((error as ServingError).message.length).toBeLessThan(10_000)
  }
}

test('the request is good as it is', () => {
  expect(codec.decode(body, headerLength).request.inputs.get('a')?.data).toEqual(Float32Array.of(1, 2, 3, 4))
})

const anyLength = fc.oneof(
  fc.constant(headerLength),
  fc.constant(undefined),
  fc.integer({ min: -2, max: body.length + 2 }),
)

test('octets that are changed, cut or added are a mistake of the client', () => {
  const edit = fc.record({
    at: fc.nat(body.length - 1),
    drop: fc.nat(4),
    put: fc.uint8Array({ maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), anyLength, (edits, length) => {
      let mutated: Uint8Array = body
      for (const { at, drop, put } of edits) {
        mutated = Buffer.concat([mutated.subarray(0, at), put, mutated.subarray(at + drop)])
      }
      check(mutated, length)
    }),
    { numRuns: 3000 },
  )
})

/** Replaces one part of the request, found by its path, with something else. */
function replaced(value: unknown, path: readonly number[], by: unknown): unknown {
  if (path.length === 0 || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const [step = 0, ...rest] = path
  const key = keys[step % Math.max(1, keys.length)] ?? '0'
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value }
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    -1,
    0,
    1e9,
    2 ** 53,
    1e300,
    -0,
    '',
    'BYTES',
    'INT64',
    'BF16',
    'x',
    'y',
    null,
    true,
    [],
    {},
    [[]],
    [[[1]]],
  ),
)

test('values of any other kind are a mistake of the client', () => {
  const path = fc.array(fc.nat(6), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(path, odd), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (changes, isJson) => {
        const json = changes.reduce((value: unknown, [at, by]) => replaced(value, at, by), good)
        const mutated = binaryBody(json, [octets(Float32Array.of(1, 2, 3, 4))])
        check(mutated.body, isJson ? undefined : mutated.headerLength)
      },
    ),
    { numRuns: 3000 },
  )
})

test('any octets are a mistake of the client', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), anyLength, (octetsGiven, length) => {
      check(octetsGiven, length)
    }),
    { numRuns: 1000 },
  )
})
