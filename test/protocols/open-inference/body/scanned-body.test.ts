import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Patience } from '../../../../src/protocols/json-numbers/patience.ts'
import { readUnscannedBody } from '../../../../src/protocols/open-inference/body/infer-body.ts'
import { readScannedBody } from '../../../../src/protocols/open-inference/body/read-scanned-body.ts'
import { inferBodies } from './any-infer-body.ts'
import { givenOutcome } from './given-outcome.ts'

test('a body that is scanned gives what it gives in the general way', () => {
  let scanned = 0
  fc.assert(
    fc.property(inferBodies, (body) => {
      const answer = givenOutcome(() => readScannedBody(body, new Patience()))
      if (answer === undefined) return
      scanned += 1
      expect(answer).toEqual(givenOutcome(() => readUnscannedBody(body, undefined)))
    }),
    { numRuns: 6000 },
  )
  expect(scanned).toBeGreaterThan(200)
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
  expect(givenOutcome(() => readScannedBody(body, new Patience()))).toEqual(
    givenOutcome(() => readUnscannedBody(body, undefined)),
  )
  expect(readScannedBody(body, new Patience())).toBeDefined()
})

test('requests that differ in their id alone are all scanned', () => {
  const patience = new Patience()
  for (let i = 0; i < 100; i++) {
    const text = `{"id":"request ${i}","inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[${i}]}]}`
    expect(readScannedBody(Buffer.from(text), patience)?.id).toBe(`request ${i}`)
  }
})

test('what is nested a thousand deep is left to the general way', () => {
  const deep = `${'[{"a":'.repeat(5_000)}"x"${'}]'.repeat(5_000)}`
  const input = '{"name":"x","shape":[1],"datatype":"FP32","data":[1]'
  for (const text of [
    `{"inputs":[${input}}],"more":${deep}}`,
    `{"inputs":[${input},"parameters":${deep}}]}`,
  ]) {
    expect(readScannedBody(Buffer.from(text), new Patience())).toBeUndefined()
  }
})
