import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutDocument } from '../../../../src/batch/input/json/cut-document.ts'
import { wrapElements } from '../../../../src/batch/input/json/wrap-elements.ts'
import { messageOf } from '../../../../src/core/errors.ts'
import type { Datatype } from '../../../../src/core/tensor.ts'
import { parseSignature } from '../../../../src/signature/parse-signature.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import {
  codecFor,
  column,
  decodeJson,
  input,
  type ModelInit,
  tensor,
} from '../../../protocols/mlflow-scoring/models.ts'

const path = join(temporaryFolder(), 'input.json')

/** The tensors that a document decodes to, one list of numbers for each input; undefined where it is refused. */
function tensorsOf(model: ModelInit, document: string): Map<string, unknown[]> | undefined {
  try {
    const { inputs } = decodeJson(codecFor(model), document).request
    return new Map(
      Array.from(inputs, ([name, { data }]) => [name, Array.from<unknown, unknown>(data, String)]),
    )
  } catch (error) {
    if (messageOf(error) === '') throw error
    return undefined
  }
}

/** The same of the parts that the document is cut into, one behind the other. */
function tensorsOfParts(
  model: ModelInit,
  document: string,
  blockRows: number,
): Map<string, unknown[]> | undefined | 'whole' {
  writeFileSync(path, document)
  const signature = parseSignature({ inputs: JSON.stringify(model.schema), outputs: null, params: null })
  const blocks = cutDocument(path, { signature, blockRows, blockBytes: 1e6 })
  if (blocks === undefined) return 'whole'
  try {
    const joined = new Map<string, unknown[]>()
    for (let block = 0; block < blocks.count; block += 1) {
      const part = tensorsOf(
        model,
        Buffer.from(wrapElements(blocks.envelope, blocks.block(block).elements)).toString(),
      )
      if (part === undefined) return undefined
      for (const [name, values] of part) joined.set(name, [...(joined.get(name) ?? []), ...values])
    }
    return joined
  } finally {
    blocks.close()
  }
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String)
const long = fc.maxSafeInteger().map(String)
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))
const smallFloat = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => JSON.stringify(value))
const truth = fc.constantFrom('true', 'false')
const oddNumber = fc.constantFrom('Infinity', '-Infinity', '1e400', '-0.0', '-0', '"1.5"', '"2"')
const missing = fc.constantFrom('null', 'NaN')
const wrong = fc.constantFrom('"x"', '{}')
const text = fc.string().map((value) => JSON.stringify(value))

interface ColumnCase {
  readonly type: string
  readonly datatype: Datatype
  /** Kinds of cells that a column of the type may have. */
  readonly kinds: readonly fc.Arbitrary<string>[]
}

const COLUMNS: readonly ColumnCase[] = [
  { type: 'double', datatype: 'FP64', kinds: [int32, long, float, truth, oddNumber, missing, wrong] },
  { type: 'float', datatype: 'FP32', kinds: [int32, long, float, truth, oddNumber, missing, wrong] },
  { type: 'integer', datatype: 'INT32', kinds: [int32, int32, smallFloat, truth, missing, wrong] },
  { type: 'long', datatype: 'INT64', kinds: [int32, long, smallFloat, truth, missing, wrong] },
  { type: 'boolean', datatype: 'BOOL', kinds: [truth, fc.constant('null')] },
  { type: 'string', datatype: 'BYTES', kinds: [text, text, fc.constant('null')] },
]

const FORMS: Readonly<Record<string, (cells: readonly string[]) => string>> = {
  dataframe_records: (cells) =>
    `{"dataframe_records": [${cells.map((cell) => `{"x": ${cell}}`).join(', ')}]}`,
  dataframe_split: (cells) =>
    `{"dataframe_split": {"data": [${cells.map((cell) => `[${cell}]`).join(', ')}], "columns": ["x"]}}`,
  instances: (cells) => `{"instances": [${cells.map((cell) => `{"x": ${cell}}`).join(', ')}]}`,
}

const CASES = COLUMNS.flatMap((given) => Object.keys(FORMS).map((form) => ({ ...given, form })))

/** Cells of one to three kinds. */
function cellsOf(kinds: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string[]> {
  return fc
    .subarray([...kinds], { minLength: 1, maxLength: Math.min(3, kinds.length) })
    .chain((some) => fc.array(fc.oneof(...some), { minLength: 2, maxLength: 8 }))
}

describe('cutDocument', () => {
  it.each(CASES)(
    'gives parts of $form with a $type that decode as the whole does',
    ({ type, datatype, kinds, form }) => {
      const model = { schema: [column('x', type)], inputs: [input('x', datatype, [-1, 1])] }
      fc.assert(
        fc.property(cellsOf(kinds), fc.integer({ min: 1, max: 3 }), (cells, blockRows) => {
          const document = FORMS[form]?.(cells) ?? ''
          const parts = tensorsOfParts(model, document, blockRows)
          if (parts !== 'whole') expect(parts).toEqual(tensorsOf(model, document))
        }),
      )
    },
  )

  it.each(['float32', 'float64', 'int32', 'int64', 'bool'])(
    'gives parts of arrays of %s that decode as the whole does',
    (dtype) => {
      const datatypes: Record<string, Datatype> = {
        float32: 'FP32',
        float64: 'FP64',
        int32: 'INT32',
        int64: 'INT64',
        bool: 'BOOL',
      }
      const model = {
        schema: [tensor(dtype, [-1, 2], 'x')],
        inputs: [input('x', datatypes[dtype]!, [-1, 2])],
      }
      const row = fc.array(fc.oneof(int32, smallFloat, truth, missing), { minLength: 2, maxLength: 2 })
      const table = fc.array(row, { minLength: 2, maxLength: 8 })
      fc.assert(
        fc.property(
          table,
          fc.constantFrom('inputs', 'instances'),
          fc.integer({ min: 1, max: 3 }),
          (rows, form, blockRows) => {
            const document = `{"${form}": [${rows.map((cells) => `[${cells.join(', ')}]`).join(', ')}]}`
            const parts = tensorsOfParts(model, document, blockRows)
            if (parts !== 'whole') expect(parts).toEqual(tensorsOf(model, document))
          },
        ),
      )
    },
  )
})
