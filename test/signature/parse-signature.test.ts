import { describe, expect, it } from 'vitest'
import { ServingError } from '../../src/core/errors.ts'
import type { ModelSignature } from '../../src/signature/model-signature.ts'
import { parseSignature } from '../../src/signature/parse-signature.ts'

function inputs(entries: unknown): ModelSignature['inputs'] {
  return parseSignature({ inputs: JSON.stringify(entries), outputs: null, params: null })?.inputs
}

function params(entries: unknown): ModelSignature['params'] {
  return parseSignature({ inputs: null, outputs: null, params: JSON.stringify(entries) })?.params
}

describe('parseSignature', () => {
  it.each([undefined, null])('takes %s for no signature', (entry) => {
    expect(parseSignature(entry)).toBeUndefined()
  })

  it('leaves out what the file leaves null', () => {
    expect(parseSignature({ inputs: null, outputs: null, params: null })).toEqual({
      inputs: undefined,
      outputs: undefined,
      params: undefined,
      fromTypeHint: false,
    })
  })

  it('reads columns of plain types', () => {
    expect(
      inputs([
        { type: 'double', name: 'a', required: true },
        { type: 'string', name: 'b', required: false },
      ]),
    ).toEqual({
      kind: 'columns',
      columns: [
        { name: 'a', type: 'double', required: true },
        { name: 'b', type: 'string', required: false },
      ],
    })
  })

  it('takes a column for required where the file does not say', () => {
    expect(inputs([{ type: 'long' }])).toMatchObject({ columns: [{ name: undefined, required: true }] })
  })

  it('reads arrays, objects, maps and any, an object with its properties by name', () => {
    const object = {
      type: 'object',
      properties: { b: { type: 'long', required: false }, a: { type: 'string' } },
    }
    const schema = inputs([
      { type: 'array', items: { type: 'array', items: { type: 'double' } }, name: 'l', required: true },
      { type: 'map', values: object, name: 'm', required: true },
      { type: 'any', name: 'n', required: false },
    ])
    expect(schema).toEqual({
      kind: 'columns',
      columns: [
        { name: 'l', type: { kind: 'array', items: { kind: 'array', items: 'double' } }, required: true },
        {
          name: 'm',
          type: {
            kind: 'map',
            values: {
              kind: 'object',
              properties: [
                { name: 'a', type: 'string', required: true },
                { name: 'b', type: 'long', required: false },
              ],
            },
          },
          required: true,
        },
        { name: 'n', type: 'any', required: false },
      ],
    })
  })

  it('reads tensors', () => {
    expect(inputs([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } }])).toEqual({
      kind: 'tensors',
      tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 3] }],
    })
  })

  it('reads parameters, of older files too', () => {
    const specs = params([
      { name: 't', type: 'float', default: 0.5, shape: null },
      { name: 'l', dtype: 'long', default: [1, 2], shape: [-1] },
    ])
    expect(specs).toEqual([
      { name: 't', type: 'float', default: 0.5, shape: undefined },
      { name: 'l', type: 'long', default: [1, 2], shape: [-1] },
    ])
  })

  it('keeps that the signature was made from type hints', () => {
    expect(parseSignature({ inputs: null }, { fromTypeHint: true })?.fromTypeHint).toBe(true)
  })

  it.each([
    ['an entry that is no object', 'x', 'signature must be an object'],
    ['a schema that is no text', { inputs: [{ type: 'double' }] }, 'signature.inputs must be a JSON text'],
    ['a schema that is no JSON', { inputs: '[' }, 'signature.inputs is not JSON'],
    ['a schema that is no list', { inputs: '{}' }, 'signature.inputs must be a JSON list'],
    ['an empty schema', { inputs: '[]' }, 'must have at least one entry'],
    ['an unknown type', { inputs: '[{"type":"decimal"}]' }, 'there is no type "decimal"'],
    ['a missing type', { inputs: '[{"name":"a"}]' }, 'there is no type undefined'],
    [
      'columns beside tensors',
      { inputs: '[{"type":"double"},{"type":"tensor"}]' },
      'cannot stand in one schema',
    ],
    [
      'names beside none',
      { inputs: '[{"type":"double","name":"a"},{"type":"double"}]' },
      'either all entries',
    ],
    ['an unnamed optional column', { inputs: '[{"type":"double","required":false}]' }, 'must have a name'],
    [
      'a tensor without a shape',
      { inputs: '[{"type":"tensor","tensor-spec":{"dtype":"float32"}}]' },
      'shape',
    ],
    ['a tensor without a dtype', { inputs: '[{"type":"tensor","tensor-spec":{"shape":[-1]}}]' }, 'dtype'],
    ['a tensor without a spec', { inputs: '[{"type":"tensor"}]' }, 'tensor-spec must be an object'],
    [
      'an object without properties',
      { inputs: '[{"type":"object","properties":{}}]' },
      'at least one property',
    ],
    ['a parameter without a default', { params: '[{"name":"a","type":"long"}]' }, 'has no default'],
    [
      'a parameter of a strange shape',
      { params: '[{"name":"a","type":"long","default":1,"shape":[2]}]' },
      'shape',
    ],
    ['a parameter twice', { params: paramTwice() }, 'occurs twice'],
    ['endless nesting', { inputs: `[${nestedArray(200)}]` }, 'nested deeper than 32'],
  ])('refuses %s', (_, entry, message) => {
    expect(() => parseSignature(entry)).toThrow(ServingError)
    expect(() => parseSignature(entry)).toThrow(message)
  })
})

function paramTwice(): string {
  const param = { name: 'a', type: 'long', default: 1, shape: null }
  return JSON.stringify([param, param])
}

function nestedArray(depth: number): string {
  return `${'{"type":"array","items":'.repeat(depth)}{"type":"double"}${'}'.repeat(depth)}`
}
