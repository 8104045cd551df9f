import fc from 'fast-check'
import type { ColumnType, Property, ScalarType, Schema } from '../../../src/signature/model-signature.ts'

const SCALARS: readonly ScalarType[] = [
  ...(['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime', 'any'] as const),
]

const DTYPES = [
  ...['bool', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64'],
  ...['float16', 'float32', 'float64', 'str'],
]

/** Names as models have them; quotes and braces would make MLflow's own text ambiguous. */
const name = fc.stringMatching(/^[a-zA-Zäß][\w .()%/-]{0,12}$/)

const named = { minLength: 1, maxLength: 4, selector: ({ name }: { name: string }) => name }

const { type: columnType } = fc.letrec<{ type: ColumnType; property: Property }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<ColumnType>(...SCALARS),
    fc.record({ kind: fc.constant('array' as const), items: tie('type') }),
    fc.record({ kind: fc.constant('map' as const), values: tie('type') }),
    fc.record({ kind: fc.constant('object' as const), properties: fc.uniqueArray(tie('property'), named) }),
  ),
  property: fc.record({
    // Properties stand without quotes.
    name: fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
    type: tie('type'),
    required: fc.boolean(),
  }),
}))

const columns = fc
  .uniqueArray(fc.record({ name, type: columnType, required: fc.boolean() }), named)
  .map((columns): Schema => ({ kind: 'columns', columns }))

const unnamedColumns = fc
  .array(fc.record({ name: fc.constant(undefined), type: columnType, required: fc.constant(true) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((columns): Schema => ({ kind: 'columns', columns }))

const dtype = fc.constantFrom(...DTYPES)
const shape = fc
  .tuple(fc.constantFrom(-1, 1, 3), fc.array(fc.constantFrom(-1, 1, 2, 5), { maxLength: 2 }))
  .map(([first, inner]) => [first, ...inner])

const tensors = fc.oneof(
  fc
    .record({ name: fc.constant(undefined), dtype, shape })
    .map((tensor): Schema => ({ kind: 'tensors', tensors: [tensor] })),
  fc
    .uniqueArray(fc.record({ name, dtype, shape }), named)
    .map((tensors): Schema => ({ kind: 'tensors', tensors })),
)

/** Any schema that MLflow writes and JSON bodies can be made for. */
export const schemas = fc.oneof(columns, unnamedColumns, tensors)
