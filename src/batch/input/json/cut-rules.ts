import type { ColSpec, ColumnType, ModelSignature, TensorSpec } from '../../../signature/model-signature.ts'

/** Types whose values become the same whatever stands in the other rows of their column. */
const INDEPENDENT_TYPES = new Set<ColumnType>(['double', 'float', 'integer', 'long', 'boolean'])
const INDEPENDENT_DTYPES = /^(bool|u?int(8|16|32|64)|float(32|64))$/

export type ListForm = 'dataframe_split' | 'dataframe_records' | 'instances' | 'inputs'

/** A list that carries rows. */
export interface RowList {
  readonly form: ListForm
  /** What each of its elements is. */
  readonly rows: 'lists' | 'objects' | 'scalars'
  readonly mayHaveNull: boolean
}

/**
 * Whether a model gives the same answers to the rows of a list in one document and in several. pandas and NumPy find
 * types over all rows, so that it takes a signature that says what each value has to become. It is true of values of
 * the types of their columns: in columns of integers also of fractions, up to 2^53 and to the range of the type.
 */
export function canCut(list: RowList, signature: ModelSignature | undefined): boolean {
  const schema = signature?.inputs
  if (schema === undefined || signature?.fromTypeHint === true) return false
  return schema.kind === 'columns' ? canCutColumns(list, schema.columns) : canCutTensor(list, schema.tensors)
}

function canCutColumns({ form, rows, mayHaveNull }: RowList, columns: readonly ColSpec[]): boolean {
  // A missing text is NaN beside other texts, and None where a block has nothing else.
  const isIndependent = (type: ColumnType) =>
    INDEPENDENT_TYPES.has(type) || (type === 'string' && !mayHaveNull)
  if (!columns.every(({ type }) => isIndependent(type))) return false
  if (form === 'dataframe_split') return rows === 'lists'
  // A column that is missing from all rows of a block would be missing from the block.
  const areRequired = columns.every(({ name, required }) => name !== undefined && required)
  return areRequired && rows === 'objects' && form !== 'inputs'
}

/** Rows of numbers for the only tensor, of one shape. */
function canCutTensor({ form, rows }: RowList, tensors: readonly TensorSpec[]): boolean {
  const [tensor, ...more] = tensors
  if (tensor === undefined || more.length > 0 || !INDEPENDENT_DTYPES.test(tensor.dtype)) return false
  const [first, ...rest] = tensor.shape
  if (first !== -1 || rest.some((dim) => dim < 0)) return false
  return (form === 'inputs' || form === 'instances') && rows === (rest.length > 0 ? 'lists' : 'scalars')
}
