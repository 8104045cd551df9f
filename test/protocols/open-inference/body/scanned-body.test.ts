import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServingError } from '../../../../src/core/errors.ts'
import type { TensorData } from '../../../../src/core/tensor.ts'
import { Patience } from '../../../../src/protocols/json-numbers/patience.ts'
import { readUnscannedBody } from '../../../../src/protocols/open-inference/body/infer-body.ts'
import { readScannedBody } from '../../../../src/protocols/open-inference/body/read-scanned-body.ts'
import type { GivenRequest } from '../../../../src/protocols/open-inference/given-request.ts'
import { anyInferBody } from './any-infer-body.ts'

function bitsOf(data: TensorData): string {
  if (Array.isArray(data)) return JSON.stringify(data)
  const { buffer, byteOffset, byteLength } = data as Float64Array
  return data.constructor.name + Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}

function outcome(read: () => GivenRequest | undefined): unknown {
  try {
    const given = read()
    if (given === undefined) return undefined
    const inputs = given.inputs.map(({ name, datatype, tensor }) => {
      return { name, datatype, shape: tensor.shape, of: tensor.datatype, data: bitsOf(tensor.data) }
    })
    return { ...given, parameters: [...given.parameters], inputs }
  } catch (error) {
    if (error instanceof ServingError) return error.message
    throw error
  }
}

test('a body that is scanned gives what it gives in the general way', () => {
  let scanned = 0
  fc.assert(
    fc.property(anyInferBody, (text) => {
      const body = Buffer.from(text)
      const answer = outcome(() => readScannedBody(body, new Patience()))
      if (answer === undefined) return
      scanned += 1
      expect(answer).toEqual(outcome(() => readUnscannedBody(body, undefined)))
    }),
    { numRuns: 6000 },
  )
  expect(scanned).toBeGreaterThan(300)
})

test.each([
  ['a flat list', '{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2.5,3,4]}]}'],
  [
    'nested lists',
    '{"inputs":[{"name":"x","shape":[1,2],"datatype":"INT64","data":[[1,9007199254740993]]}]}',
  ],
  ['a scalar', '{"inputs":[{"name":"x","shape":[],"datatype":"FP64","data":0.1}]}'],
  [
    'several inputs, wanted outputs and parameters',
    '{"id":"7","parameters":{"timeout":100},"inputs":[{"name":"x","datatype":"BOOL","shape":[2],"data":[true,0]},' +
      '{"name":"y","datatype":"UINT8","shape":[1],"data":[255],"parameters":{"content_type":"np"}}],' +
      '"outputs":[{"name":"z","parameters":{"classification":2}}]}',
  ],
])('%s is scanned', (_, text) => {
  const body = Buffer.from(text)
  expect(outcome(() => readScannedBody(body, new Patience()))).toEqual(
    outcome(() => readUnscannedBody(body, undefined)),
  )
  expect(readScannedBody(body, new Patience())).toBeDefined()
})
