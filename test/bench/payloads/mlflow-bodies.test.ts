import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readExample } from '../../../src/bench/payloads/example.ts'
import { scoringBodies } from '../../../src/bench/payloads/mlflow-bodies.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { enforceSchema } from '../../../src/protocols/mlflow-scoring/enforcement/enforce-schema.ts'
import { ArrayForms } from '../../../src/protocols/mlflow-scoring/forms/array-forms.ts'
import { readEnvelope } from '../../../src/protocols/mlflow-scoring/forms/envelope.ts'
import { splitFrame } from '../../../src/protocols/mlflow-scoring/forms/frame-forms.ts'
import type { ColumnType, Schema } from '../../../src/signature/model-signature.ts'
import { schemas } from '../support/schemas.ts'

/** As the scoring server reads a body before the model gets it. @throws ServingError where it does not fit the schema */
function enforce(body: object, schema: Schema): void {
  const envelope = readEnvelope(JSON.stringify(body), undefined)
  if (envelope.kind !== 'form') throw new Error('a unified LLM request')
  const { form, value } = envelope
  const input =
    form === 'dataframe_split'
      ? ({ kind: 'frame', frame: splitFrame(value, schema) } as const)
      : new ArrayForms(schema).inputs(value)
  enforceSchema(input, schema)
}

const sizes = { rows: 3, others: 2 }

function bodyOf(schema: Schema, seed: number, example?: unknown): object {
  return scoringBodies({ schema, example: readExample(example) }, sizes)(seededRandom(seed))
}

/** MLflow has no JSON for some types where they stand within others: an object that must have one has none either. */
function hasBodies(schema: Schema): boolean {
  try {
    bodyOf(schema, 1)
    return true
  } catch (error) {
    expect(String(error)).toContain('MLflow takes no JSON')
    return false
  }
}

describe('bodies from a signature', () => {
  it('pass the enforcement of any signature, with or without optional columns', () => {
    fc.assert(
      fc.property(schemas, fc.integer(), fc.constantFrom(true, false), (schema, seed, withOptional) => {
        fc.pre(hasBodies(schema))
        enforce(scoringBodies({ schema, withOptional }, sizes)(seededRandom(seed)), schema)
      }),
      { numRuns: 300 },
    )
  })

  it('pass it with values in the ranges of a body that passed it', () => {
    fc.assert(
      fc.property(schemas, fc.integer(), (schema, seed) => {
        fc.pre(hasBodies(schema))
        enforce(bodyOf(schema, seed + 1, bodyOf(schema, seed)), schema)
      }),
    )
  })

  it('are the same for the same seed and differ for others', () => {
    const schema: Schema = { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] }
    expect(bodyOf(schema, 1)).toEqual(bodyOf(schema, 1))
    expect(bodyOf(schema, 1)).not.toEqual(bodyOf(schema, 2))
  })

  it('have no form for a vector of Spark', () => {
    const schema: Schema = {
      kind: 'columns',
      columns: [{ name: 'v', type: 'sparkml_vector', required: true }],
    }
    expect(() => bodyOf(schema, 1)).toThrow('--payload FILE')
  })

  it('of type hints have the items alone', () => {
    const schema: Schema = { kind: 'columns', columns: [{ name: undefined, type: 'string', required: true }] }
    const make = scoringBodies({ schema, fromTypeHint: true }, { rows: 2, others: 1 })
    expect(make(seededRandom(1))).toEqual({ inputs: [expect.any(String), expect.any(String)] })
  })
})

describe('bodies from an example', () => {
  const column = (name: string, type: ColumnType, required = true) => ({ name, type, required })
  const schema: Schema = {
    kind: 'columns',
    columns: [
      column('n', 'long'),
      column('x', 'double'),
      column('t', 'string'),
      column('o', 'double', false),
    ],
  }
  const example = {
    dataframe_split: {
      columns: ['n', 'x', 't'],
      data: [
        [10, -1.5, 'red'],
        [12, 2.5, 'blue'],
      ],
    },
    params: { temperature: 0.5 },
  }

  it('keep to its ranges, texts, columns and parameters', () => {
    for (let seed = 0; seed < 50; seed++) {
      const body = bodyOf(schema, seed, example)
      expect(body).toMatchObject({
        dataframe_split: { columns: ['n', 'x', 't'] },
        params: { temperature: 0.5 },
      })
      const { data } = (body as { dataframe_split: { data: [number, number, string][] } }).dataframe_split
      expect(data).toHaveLength(3)
      for (const [n, x, t] of data) {
        expect([10, 11, 12]).toContain(n)
        expect(x).toBeGreaterThanOrEqual(-1.5)
        expect(x).toBeLessThanOrEqual(2.5)
        expect(['red', 'blue']).toContain(t)
      }
    }
  })

  it.each([
    [{ dataframe_records: [{ n: 1 }, { n: 3 }] }, ['n'], []],
    [{ inputs: { a: [[1, 2]], b: [[3]] } }, ['a', 'b'], ['a', 'b']],
    [{ inputs: [[1, 2]] }, ['0', '1'], ['']],
    [{ columns: ['n'], data: [[1]] }, ['n'], ['']],
    [[{ n: 1 }], ['n'], []],
  ])('is read from %j', (value, columns, tensors) => {
    const found = readExample(value)
    expect([[...(found?.columns.keys() ?? [])], [...(found?.tensors.keys() ?? [])]]).toEqual([
      columns,
      tensors,
    ])
  })

  it.each([null, 'text', {}, { dataframe_split: { data: 1 } }])('is none in %j', (value) => {
    expect(readExample(value)).toBeUndefined()
  })
})
