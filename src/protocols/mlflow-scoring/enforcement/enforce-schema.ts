import { isDataType } from '../../../signature/column-dtypes.ts'
import { describeSchema, describeShape } from '../../../signature/describe-schema.ts'
import type { ColSpec, Schema, TensorSpec } from '../../../signature/model-signature.ts'
import { enforcementFailed } from '../failures.ts'
import { arrayValue, type ParsedInput, type ParsedValue } from '../forms/parsed-input.ts'
import type { Column, Frame } from '../frame.ts'
import type { NdArray } from '../numpy/nd-array.ts'
import { cellsOf } from '../pandas/column.ts'
import { matrixOf } from '../pandas/frame-values.ts'
import { inferColumn } from '../pandas/infer-column.ts'
import { columnsByName, type LabelledFrame } from '../pandas/labelled-frame.ts'
import { PythonError } from '../python/python-error.ts'
import { pyRepr } from '../python/python-text.ts'
import { typeName } from '../python/python-value.ts'
import { enforceColumn } from './enforce-column.ts'
import { enforceType } from './enforce-nested.ts'
import { enforceTensor, tensorOfColumn } from './enforce-tensor.ts'
import { EnforcementError } from './enforcement-error.ts'
import { inputFrame } from './input-frame.ts'

/**
 * Checks an input against the signature and brings it to the form that the model is fed: MLflow 3.17.2,
 * `mlflow/models/utils.py`, `_enforce_schema`.
 * @throws ServingError INVALID_PARAMETER_VALUE, SCHEMA_ENFORCEMENT_FAILED
 */
export function enforceSchema(input: ParsedInput, schema: Schema): ParsedInput {
  try {
    return schema.kind === 'columns'
      ? enforceColumns(inputFrame(input, schema.columns), schema.columns)
      : enforceTensors(input, schema.tensors)
  } catch (error) {
    if (!(error instanceof EnforcementError || error instanceof PythonError)) throw error
    throw enforcementFailed(error, describeSchema(schema))
  }
}

/**
 * Checks the names of columns alone, before any row is read: MLflow's answer to a frame that lacks some.
 * @throws ServingError SCHEMA_ENFORCEMENT_FAILED
 */
export function enforceColumnNames(names: readonly string[], schema: Schema): void {
  const specs: readonly NamedSpec[] = schema.kind === 'columns' ? schema.columns : schema.tensors
  if (specs[0]?.name === undefined) return
  try {
    checkMissing(specs, names)
  } catch (error) {
    throw enforcementFailed(error, describeSchema(schema))
  }
}

function enforceColumns(frame: LabelledFrame, specs: readonly ColSpec[]): ParsedInput {
  const columns = specs[0]?.name === undefined ? unnamedColumns(frame, specs) : namedColumns(frame, specs)
  return { kind: 'frame', frame: { ...frame, columns } }
}

function unnamedColumns(frame: Frame, specs: readonly ColSpec[]): Column[] {
  if (frame.columns.length < specs.length) {
    throw new EnforcementError(
      `Model inference is missing inputs. The model signature declares ${specs.length} inputs  but the provided ` +
        `value only has ${frame.columns.length} inputs. Note: the inputs were not named in the signature so we can ` +
        'only verify their count.',
    )
  }
  const byName = columnsByName(frame)
  return specs.map((spec, i) => enforceOne(onlyColumn(byName, frame.columns[i]?.name ?? i) as Column, spec))
}

type ColumnsByName = ReadonlyMap<string | number, readonly Column[]>

/** The column of a name. Several of one name make a frame in pandas, which has no dtype to check. */
function onlyColumn(byName: ColumnsByName, name: string | number): Column | undefined {
  const [column, ...more] = byName.get(name) ?? []
  if (more.length > 0) throw new PythonError('AttributeError', "'DataFrame' object has no attribute 'dtype'")
  return column
}

function namedColumns(frame: Frame, specs: readonly ColSpec[]): Column[] {
  const byName = columnsByName(frame)
  checkMissing(specs, [...byName.keys()])
  return specs.flatMap((spec) => {
    const column = onlyColumn(byName, spec.name as string)
    return column === undefined ? [] : [enforceOne(column, spec)]
  })
}

function enforceOne(column: Column, { type, required }: ColSpec): Column {
  if (isDataType(type)) return enforceColumn(column, type)
  return inferColumn(
    column.name,
    cellsOf(column).map((cell) => enforceType(cell, type, required)),
  )
}

interface NamedSpec {
  readonly name: string | undefined
  readonly required?: boolean
}

function checkMissing(specs: readonly NamedSpec[], given: readonly (string | number)[]): void {
  const names = new Set(given)
  const missing = specs.filter(({ name, required }) => required !== false && !names.has(name as string))
  if (missing.length === 0) return
  const known = new Set<string | number | undefined>(specs.map(({ name }) => name))
  const extra = given.filter((name) => !known.has(name))
  const note = extra.length === 0 ? '' : ` Note that there were extra inputs: ${listText(extra)}.`
  throw new EnforcementError(
    `Model is missing inputs ${listText(missing.map(({ name }) => name as string))}.${note}`,
  )
}

function listText(names: readonly (string | number)[]): string {
  return `[${names.map((name) => (typeof name === 'string' ? pyRepr(name) : String(name))).join(', ')}]`
}

function enforceTensors(input: ParsedInput, specs: readonly TensorSpec[]): ParsedInput {
  const [first] = specs
  if (first !== undefined && first.name === undefined)
    return { kind: 'value', value: arrayValue(unnamedTensor(input, first)) }
  const named = wrapArray(input, specs)
  checkMissing(specs, givenNames(named))
  const values = new Map(specs.map((spec) => [spec.name as string, arrayValue(namedTensor(named, spec))]))
  return { kind: 'dict', values }
}

/** An array alone stands for the only tensor of the signature. */
function wrapArray(input: ParsedInput, specs: readonly TensorSpec[]): ParsedInput {
  if (specs.length > 1 || input.kind !== 'value' || input.value.kind === 'raw') return input
  return { kind: 'dict', values: new Map([[specs[0]?.name as string, input.value]]) }
}

function givenNames(input: ParsedInput): readonly (string | number)[] {
  if (input.kind === 'frame') return [...columnsByName(input.frame).keys()]
  return input.kind === 'dict' ? [...input.values.keys()] : []
}

function namedTensor(input: ParsedInput, spec: TensorSpec): NdArray {
  const name = spec.name as string
  if (input.kind === 'frame') {
    const [column, ...more] = columnsByName(input.frame).get(name) ?? []
    if (column === undefined || more.length > 0) throw new PythonError('KeyError', '0')
    return tensorOfColumn(column, input.frame, spec)
  }
  const value = input.kind === 'dict' ? input.values.get(name) : undefined
  if (value === undefined || value.kind === 'raw') {
    throw new EnforcementError(
      'This model contains a tensor-based model signature with input names, which suggests a dictionary input ' +
        `mapping input name to a numpy array, but a dict with value type <class '${rawType(value)}'> was found.`,
    )
  }
  return enforceTensor(value.array, spec)
}

function rawType(value: ParsedValue | undefined): string {
  return value?.kind === 'raw' ? typeName(value.value) : 'NoneType'
}

function unnamedTensor(input: ParsedInput, spec: TensorSpec): NdArray {
  if (input.kind === 'value' && input.value.kind !== 'raw') return enforceTensor(input.value.array, spec)
  if (input.kind === 'frame') return tensorOfFrame(input.frame, spec)
  throw new EnforcementError(
    'This model contains a tensor-based model signature with no input names, which suggests a numpy array input or ' +
      "a pandas dataframe input with proper column values, but an input of type <class '" +
      `${input.kind === 'dict' ? 'dict' : 'list'}'> was found.`,
  )
}

function tensorOfFrame(frame: LabelledFrame, spec: TensorSpec): NdArray {
  const [column] = frame.columns
  const width = frame.columns.length
  if (frame.rows === 0 || column === undefined) throw new EnforcementError('Input DataFrame is empty.')
  if (width === 1) return tensorOfColumn(column, frame, spec)
  if (spec.shape.length !== 2 || spec.shape[0] !== -1 || spec.shape[1] !== width) {
    throw new EnforcementError(
      'This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame ' +
        'containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). ' +
        `Instead, the input DataFrame passed had ${width} columns and an input shape of ${describeShape(spec.shape)} ` +
        'with all values within the DataFrame of scalar type. Please adjust the passed in DataFrame to match the ' +
        'expected structure',
    )
  }
  return enforceTensor(matrixOf(frame.columns, frame.rows), spec)
}
