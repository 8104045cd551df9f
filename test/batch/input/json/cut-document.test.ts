import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CutDocumentInit, cutDocument } from '../../../../src/batch/input/json/cut-document.ts'
import type { JsonBlocks } from '../../../../src/batch/input/json/json-blocks.ts'
import { splitElements } from '../../../../src/batch/input/json/split-elements.ts'
import { wrapElements } from '../../../../src/batch/input/json/wrap-elements.ts'
import type { ColSpec, ModelSignature } from '../../../../src/signature/model-signature.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const path = join(temporaryFolder(), 'input.json')
const refusal = expect.objectContaining({ code: 'BAD_REQUEST' })

function columns(...names: string[]): ModelSignature {
  const specs = names.map((name): ColSpec => ({ name, type: 'double', required: true }))
  return {
    inputs: { kind: 'columns', columns: specs },
    outputs: undefined,
    params: undefined,
    fromTypeHint: false,
  }
}

const LIMITS: CutDocumentInit = { signature: columns('x'), blockRows: 1, blockBytes: 1e9 }

function cut(document: string | Uint8Array, init: Partial<CutDocumentInit> = {}): JsonBlocks | undefined {
  writeFileSync(path, document)
  return cutDocument(path, { ...LIMITS, ...init })
}

/** The blocks of a document as documents of their own. */
function parts(document: string | Uint8Array, init: Partial<CutDocumentInit> = {}): string[] | undefined {
  const blocks = cut(document, init)
  if (blocks === undefined) return undefined
  try {
    return Array.from({ length: blocks.count }, (_, index) =>
      Buffer.from(wrapElements(blocks.envelope, blocks.block(index).elements)).toString(),
    )
  } finally {
    blocks.close()
  }
}

describe('cutDocument', () => {
  it('cuts records, and repeats the parameters', () => {
    const document = '{"params": {"t": [1]}, "dataframe_records": [{"x": 1}, {"x": 2} , {"x":3}]}'
    expect(parts(document, { blockRows: 2 })).toEqual([
      '{"dataframe_records": [{"x": 1}, {"x": 2}], "params": {"t": [1]}}',
      '{"dataframe_records": [{"x":3}], "params": {"t": [1]}}',
    ])
  })

  it('cuts the rows of a split frame, and leaves its index aside', () => {
    const document = '{"dataframe_split":{"index":[7,8],"data":[[1],[2]],"columns":["x"]}}'
    expect(parts(document)).toEqual([
      '{"dataframe_split": {"columns": ["x"], "data": [[1]]}}',
      '{"dataframe_split": {"columns": ["x"], "data": [[2]]}}',
    ])
  })

  it('takes the last of repeated keys, as Python does', () => {
    const document = '{"instances": [{"x": 1}, {"x": 2}], "\\u0069nstances": [{"x": 3}, {"x": 4}]}'
    expect(parts(document)).toEqual(['{"instances": [{"x": 3}]}', '{"instances": [{"x": 4}]}'])
  })

  it('reads documents behind a byte order mark', () => {
    expect(parts('\ufeff{"instances": [{"x": 1}, {"x": 2}]}')).toHaveLength(2)
  })

  it.each([
    ['objects of columns', '{"inputs": {"x": [1, 2]}}'],
    ['a list of objects as inputs', '{"inputs": [{"x": 1}, {"x": 2}]}'],
    ['a unified LLM request', '{"messages": [], "dataframe_records": [{"x": 1}, {"x": 2}]}'],
    ['two forms', '{"inputs": [[1]], "dataframe_records": [{"x": 1}, {"x": 2}]}'],
    ['no form', '{"rows": [{"x": 1}, {"x": 2}]}'],
    ['a list', '[{"x": 1}, {"x": 2}]'],
    ['elements of several kinds', '{"dataframe_records": [{"x": 1}, [2]]}'],
    ['a split frame of other keys', '{"dataframe_split": {"data": [[1], [2]], "rows": 2}}'],
    ['an index of another length', '{"dataframe_split": {"data": [[1], [2]], "index": [1]}}'],
    ['a scalar', '{"inputs": 1}'],
    ['no rows', '{"dataframe_records": []}'],
    ['one block', '{"dataframe_records": [{"x": 1}]}'],
  ])('leaves %s whole', (_, document) => {
    expect(parts(document)).toBeUndefined()
  })

  it('cuts a document of one block where its rows are wanted one by one', () => {
    const records = '{"dataframe_records": [{"x": 1}]}'
    const split = '{"dataframe_split": {"columns": ["x"], "data": [[1]]}}'
    expect(parts(records, { rowsWanted: 'objects' })).toHaveLength(1)
    expect(parts(split, { rowsWanted: 'any' })).toHaveLength(1)
    expect(parts(split, { rowsWanted: 'objects' })).toBeUndefined()
  })

  it('leaves whole what a model without a signature is given', () => {
    const document = '{"dataframe_records": [{"x": 1}, {"x": 2}]}'
    expect(parts(document, { signature: undefined })).toBeUndefined()
  })

  it('leaves text whole where some is missing', () => {
    const inputs = { kind: 'columns', columns: [{ name: 'x', type: 'string', required: true }] } as const
    const signature = { ...columns(), inputs }
    expect(parts('{"dataframe_records": [{"x": "null"}, {"x": "n"}]}', { signature })).toHaveLength(2)
    expect(parts('{"dataframe_records": [{"x": "n"}, {"x": null}]}', { signature })).toBeUndefined()
  })

  it.each([
    '{"instances": [1, 2',
    '{"instances": [1 2]}',
    '{"instances" [1]}',
    '{instances: 1}',
    '{} {}',
    '{"a": }',
  ])('refuses %s, which is no JSON', (document) => {
    expect(() => parts(document)).toThrow(refusal)
  })

  it('cuts any records into blocks that hold them all, in order, at limits of rows and bytes', () => {
    const record = fc.record({ x: fc.jsonValue(), 'ключ "[': fc.jsonValue() })
    const rows = fc.array(record, { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(undefined, 1),
        (records, blockRows, blockBytes, indent) => {
          const document = JSON.stringify({ dataframe_records: records }, null, indent)
          const blocks = cut(document, { blockRows, blockBytes })
          if (blocks === undefined) return
          const elements = Array.from({ length: blocks.count }, (_, index) => blocks.block(index))
          expect(
            elements.flatMap((block) => splitElements(block.elements).map((text) => parsed(text))),
          ).toEqual(records.map((each) => parsed(JSON.stringify(each))))
          expect(elements.map(({ firstRow }) => firstRow)).toEqual(
            elements.map((_, index) => blocks.firstRowOf(index)),
          )
          expect(elements.every((block) => block.rows <= blockRows)).toBe(true)
          expect(elements.reduce((sum, block) => sum + block.rows, 0)).toBe(records.length)
          expect(blocks.firstRowOf(blocks.count)).toBe(blocks.rows)
          blocks.close()
        },
      ),
    )
  })

  it('cuts files that are larger than what is in memory of them', () => {
    const records = Array.from({ length: 6000 }, (_, i) => ({ x: i, text: `${'\\"]é'.repeat(i % 200)}` }))
    const blocks = cut(JSON.stringify({ dataframe_records: records }), { blockRows: 500 })
    expect(blocks?.bytes).toBeGreaterThan(3e6)
    const found = Array.from({ length: 12 }, (_, index) => parsed(bracketed(blocks?.block(index).elements)))
    blocks?.close()
    expect(found.flat()).toEqual(records)
  })
})

function bracketed(elements: Uint8Array = new Uint8Array()): Uint8Array {
  return wrapElements({ prefix: Buffer.from('['), suffix: Buffer.from(']') }, elements)
}

function parsed(text: Uint8Array | string): unknown {
  return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString())
}
