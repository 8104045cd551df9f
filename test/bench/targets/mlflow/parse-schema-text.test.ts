import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseSchemaText } from '../../../../src/bench/targets/mlflow/parse-schema-text.ts'
import { describeSchema } from '../../../../src/signature/describe-schema.ts'
import { schemas } from '../../support/schemas.ts'

it('reads what is printed of any schema', () => {
  fc.assert(
    fc.property(schemas, (schema) => {
      expect(parseSchemaText(describeSchema(schema))).toEqual(schema)
    }),
  )
})

it('reads columns of MLflow before 2.8, which do not say that they are required', () => {
  expect(parseSchemaText("['a': double, 'b': string (optional)]")).toEqual({
    kind: 'columns',
    columns: [
      { name: 'a', type: 'double', required: true },
      { name: 'b', type: 'string', required: false },
    ],
  })
})

it.each([
  '',
  '[]',
  "['a': number (required)]",
  "['a': double (required)",
  "['a': double (required), ]",
  "[Tensor('x')]",
])('refuses %s', (text) => {
  expect(() => parseSchemaText(text)).toThrow('no schema as MLflow prints it')
})
