import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TensorMetadata } from '../../../../src/core/predictor.ts'
import type { Datatype } from '../../../../src/core/tensor.ts'
import { compileScoringCodec } from '../../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { ModelSignature, ScalarType } from '../../../../src/signature/model-signature.ts'
import { codecOf, decodeJson, input } from '../codecs.ts'

/** Types of columns, each with the datatype that a client of either protocol would send for it, and its values. */
const KINDS: readonly (readonly [ScalarType, Datatype, fc.Arbitrary<unknown>])[] = [
  [
    'double',
    'FP64',
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  ],
  [
    'float',
    'FP32',
    fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  ],
  ['integer', 'INT32', fc.integer()],
  ['long', 'INT64', fc.maxSafeInteger()],
  ['boolean', 'BOOL', fc.boolean()],
  ['string', 'BYTES', fc.string({ unit: 'grapheme' })],
]

const anyTable = fc
  .tuple(fc.array(fc.constantFrom(...KINDS), { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([kinds, rows]) =>
    fc.record({
      kinds: fc.constant(kinds),
      columns: fc.tuple(...kinds.map(([, , value]) => fc.array(value, { minLength: rows, maxLength: rows }))),
    }),
  )

test('columns reach the model as they do from a frame of MLflow’s protocol', () => {
  fc.assert(
    fc.property(anyTable, ({ kinds, columns }) => {
      const inputs: readonly TensorMetadata[] = kinds.map(([, datatype], i) => input(`c${i}`, datatype, [-1]))
      const specs = kinds.map(([type], i) => ({ name: `c${i}`, type, required: true }))
      // A column that the model does not take, so that the signature decides and not the model's own names.
      const signature: ModelSignature = {
        inputs: { kind: 'columns', columns: [...specs, { name: 'z', type: 'double', required: true }] },
        ...{ outputs: undefined, params: undefined, fromTypeHint: false },
      }
      const rows = columns[0]!.length
      const names = [...specs.map(({ name }) => name), 'z']
      const data = Array.from({ length: rows }, (_, row) => [...columns.map((column) => column[row]), 0.5])
      const frame = Buffer.from(JSON.stringify({ dataframe_split: { columns: names, data } }))
      const expected = compileScoringCodec({ signature, inputs, outputs: [] }).decode(
        frame,
        'application/json',
      )

      const given = names.map((name, i) => ({
        ...{ name, shape: [rows], datatype: kinds[i]?.[1] ?? 'FP64' },
        data: columns[i] ?? new Array(rows).fill(0.5),
      }))
      const { request } = decodeJson(codecOf(inputs, { signature }), { inputs: given })
      expect(request.inputs).toEqual((expected as { request: { inputs: unknown } }).request.inputs)
    }),
    { numRuns: 300 },
  )
})
