import type { ColSpec, ModelSignature, TensorSpec } from '../../signature/model-signature.ts'

/** Types whose values become the same numbers whatever stands in the other rows of their column. */
const INDEPENDENT_TYPES = new Set(['double', 'float', 'integer', 'long', 'boolean'])
const INDEPENDENT_DTYPES = /^(bool|u?int(8|16|32|64)|float(32|64))$/

/** What a list of rows consists of. */
export type RowShape = 'lists' | 'objects' | 'scalars'

export type ListForm = 'dataframe_split' | 'dataframe_records' | 'instances' | 'inputs'

/**
 * Whether a model gives the same answers to the rows of a form in one document and in several. pandas and NumPy find
 * types over all rows, so that it takes a signature that says what each value has to become.
 */
export function canCut(form: ListForm, rows: RowShape, signature: ModelSignature | undefined): boolean {
  const schema = signature?.inputs
  if (schema === undefined || signature?.fromTypeHint === true) return false
  if (schema.kind === 'columns') return canCutColumns(form, rows, schema.columns)
  return canCutTensor(form, rows, schema.tensors)
}

function canCutColumns(form: ListForm, rows: RowShape, columns: readonly ColSpec[]): boolean {
  if (!columns.every(({ type }) => typeof type === 'string' && INDEPENDENT_TYPES.has(type))) return false
  if (form === 'dataframe_split') return rows === 'lists'
  // A column that is missing from all rows of a block would be missing from the block.
  const areRequired = columns.every(({ name, required }) => name !== undefined && required)
  return areRequired && rows === 'objects' && form !== 'inputs'
}

/** Rows of numbers for the only tensor, of one shape. */
function canCutTensor(form: ListForm, rows: RowShape, tensors: readonly TensorSpec[]): boolean {
  const [tensor, ...more] = tensors
  if (tensor === undefined || more.length > 0 || !INDEPENDENT_DTYPES.test(tensor.dtype)) return false
  const [first, ...rest] = tensor.shape
  if (first !== -1 || rest.some((dim) => dim < 0)) return false
  return (form === 'inputs' || form === 'instances') && rows === (rest.length > 0 ? 'lists' : 'scalars')
}
