import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import { codecFor, column, decodeJson, input, type ModelInit, tensor } from './models.ts'

const nested = { type: 'array', items: { type: 'double' }, name: 'l', required: false }
const several = [input('a', 'FP32', [-1]), input('t', 'BYTES', [-1, 1]), input('i', 'INT64', [-1])]

const models: Readonly<Record<string, ModelInit>> = {
  'no signature': { inputs: [input('x', 'FP32', [-1, 2])] },
  'no signature, several inputs': { inputs: several },
  columns: {
    schema: [
      column('a', 'float'),
      column('t', 'string'),
      column('i', 'long'),
      column('p', 'boolean', false),
      nested,
    ],
    inputs: several,
  },
  'dates and octets': { schema: [column('a', 'datetime'), column('t', 'binary')], inputs: several },
  tensors: {
    schema: [tensor('float16', [-1], 'a'), tensor('str', [-1, 1], 't'), tensor('int8', [-1, 2], 'i')],
    inputs: several,
  },
  'an unnamed tensor': { schema: [tensor('uint64', [-1, 2])], inputs: [input('x', 'UINT64', [-1, 2])] },
}

const element = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    1,
    -1,
    0.5,
    1e300,
    '',
    'a',
    '1',
    'nan',
    '2024-01-01',
    [],
    {},
    [1],
    [[1]],
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 3 }),
)
const name = fc.constantFrom('a', 't', 'i', 'p', 'l', 'x', '__proto__')
const list = fc.array(fc.oneof(element, fc.array(element, { maxLength: 3 })), { maxLength: 3 })
const object = fc.dictionary(name, fc.oneof(element, list), { maxKeys: 5 })
const split = fc.record(
  {
    columns: fc.oneof(fc.array(name, { maxLength: 4 }), element),
    data: fc.oneof(list, object, element),
    index: fc.oneof(list, element),
  },
  { requiredKeys: ['data'] },
)
const body = fc
  .tuple(
    fc.constantFrom('dataframe_split', 'dataframe_records', 'inputs', 'instances', 'input', 'messages'),
    fc.oneof(split, object, list, fc.array(object, { maxLength: 3 }), element, fc.jsonValue()),
  )
  .map(([form, value]) => JSON.stringify(Object.fromEntries([[form, value]])))

describe.each(Object.entries(models))('a model with %s', (_, model) => {
  const codec = codecFor(model)

  it('decodes any body or refuses it with a ServingError of the client’s making', () => {
    fc.assert(
      fc.property(body, (text) => {
        try {
          const { request } = decodeJson(codec, text)
          expect([...request.inputs.keys()]).toEqual(model.inputs.map((wanted) => wanted.name))
          expect([...request.inputs.values()].map((given) => given.datatype)).toEqual(
            model.inputs.map((wanted) => wanted.datatype),
          )
        } catch (error) {
          if (!(error instanceof ServingError)) throw error
          expect(['BAD_REQUEST', 'INVALID_PARAMETER_VALUE']).toContain(error.code)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
