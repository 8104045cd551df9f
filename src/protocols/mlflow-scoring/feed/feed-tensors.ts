import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Datatype, Tensor, TensorMap } from '../../../core/tensor.ts'
import { cannotEvaluate } from '../failures.ts'
import type { ParsedDict, ParsedInput, ParsedValue } from '../forms/parsed-input.ts'
import type { Column, Frame } from '../frame.ts'
import { arrayOf } from '../numpy/array-of.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { elementsOf } from '../numpy/elements.ts'
import type { NdArray } from '../numpy/nd-array.ts'
import { objectsOfColumn } from '../pandas/column.ts'
import { frameValues, matrixOf } from '../pandas/frame-values.ts'
import { columnsByName } from '../pandas/labelled-frame.ts'
import { PythonError } from '../python/python-error.ts'
import { pyStr } from '../python/python-text.ts'
import { isList } from '../python/python-value.ts'
import { castToFit } from './cast-to-fit.ts'

interface FedInput extends TensorMetadata {
  readonly castsNumbers?: boolean
}

/**
 * Tensors for the model's own inputs, by the rules of MLflow's ONNX flavor (3.17.2, `mlflow/onnx/__init__.py`): a
 * frame is one matrix for a single input and a column each for several; float64 is cast where the model takes
 * float32; everything else must have the model's own datatype.
 * @param castsNumbers whether numbers of any dtype are cast to the model's where they fit.
 * @throws ServingError BAD_REQUEST
 */
export function feedTensors(
  input: ParsedInput,
  declared: readonly TensorMetadata[],
  castsNumbers = false,
): TensorMap {
  const inputs: readonly FedInput[] = castsNumbers
    ? declared.map((metadata) => ({ ...metadata, castsNumbers }))
    : declared
  switch (input.kind) {
    case 'frame':
      return feedFrame(input.frame, inputs)
    case 'dict':
      return feedDict(input.values, inputs)
    case 'value':
      return feedArray(input.value, inputs)
    default:
      throw wrongInput('list')
  }
}

function wrongInput(type: string): Error {
  return cannotEvaluate(
    `Input should be a dictionary or a numpy array or a pandas.DataFrame, got '<class '${type}'>'.`,
  )
}

function feedFrame(frame: Frame, inputs: readonly FedInput[]): TensorMap {
  const [only] = inputs
  if (only !== undefined && inputs.length === 1)
    return new Map([[only.name, tensorFor(only, frameValues(frame))]])
  const byName = columnsByName(frame)
  return new Map(
    inputs.map((input) => {
      const values = columnValues(byName.get(input.name) ?? [], input.name, frame.rows)
      return [input.name, tensorFor(input, values)]
    }),
  )
}

function columnValues(columns: readonly Column[], name: string, rows: number): NdArray {
  const [column] = columns
  if (column === undefined) throw cannotEvaluate(`The data has no column '${name}'.`)
  if (column.isCategory) throw cannotEvaluate(`The column '${name}' is a category.`)
  return columns.length === 1 ? objectsOfColumn(column) : matrixOf(columns, rows)
}

function feedDict(values: ParsedDict, inputs: readonly FedInput[]): TensorMap {
  const known = new Set(inputs.map(({ name }) => name))
  for (const name of values.keys()) if (!known.has(name)) throw cannotEvaluate(`Invalid input name: ${name}.`)
  return new Map(
    inputs.map((input) => {
      const value = values.get(input.name)
      if (value === undefined) throw cannotEvaluate(`Required input '${input.name}' is missing.`)
      return [input.name, tensorFor(input, arrayOfValue(value, input))]
    }),
  )
}

const DTYPES: Readonly<Partial<Record<Datatype, Dtype>>> = {
  BOOL: 'bool',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'object',
}

/** ONNX Runtime converts a plain list itself, but MLflow's cast for float32 inputs asks for its dtype and fails. */
function arrayOfValue(value: ParsedValue, { name, datatype, castsNumbers }: FedInput): NdArray {
  if (value.kind !== 'raw') return value.array
  const isRefused = datatype === 'FP32' && castsNumbers !== true
  if (isRefused || !isList(value.value)) throw cannotEvaluate(`Input '${name}' is not an array.`)
  try {
    return arrayOf(value.value, DTYPES[datatype])
  } catch (error) {
    if (error instanceof PythonError) throw cannotEvaluate(`Input '${name}': ${error.message}`)
    throw error
  }
}

function feedArray(value: ParsedValue, inputs: readonly FedInput[]): TensorMap {
  if (value.kind === 'raw') throw wrongInput('list')
  const [only] = inputs
  if (only === undefined || inputs.length > 1) {
    throw cannotEvaluate(
      'Unable to map numpy array input to the expected model input. Numpy arrays can only be used as input for ' +
        `MLflow ONNX models that have a single input. This model requires ${inputs.length} inputs. Please pass in ` +
        'data as either a dictionary or a DataFrame with the following tensors: ' +
        `[${inputs.map(({ name }) => `'${name}'`).join(', ')}].`,
    )
  }
  return new Map([[only.name, tensorFor(only, value.array)]])
}

function tensorFor(input: FedInput, array: NdArray): Tensor {
  const data = dataFor(input, array)
  checkShape(input, array.shape)
  return { datatype: input.datatype, shape: array.shape, data } as Tensor
}

function dataFor({ name, datatype, castsNumbers }: FedInput, array: NdArray): Tensor['data'] {
  if (datatype === 'BYTES') return textsOf(name, array)
  if (datatype === 'FP32' && array.dtype === 'float64') return new Float32Array(array.data)
  if (array.dtype === DTYPES[datatype]) return array.data as Tensor['data']
  const cast = castsNumbers === true ? castToFit(array, datatype) : undefined
  if (cast !== undefined) return cast
  throw wrongType(name, datatype, array)
}

/** ONNX Runtime takes `str()` of whatever object it finds. */
function textsOf(name: string, array: NdArray): readonly string[] {
  if (array.dtype !== 'str' && array.dtype !== 'object') throw wrongType(name, 'BYTES', array)
  const texts = array.dtype === 'str' ? array.data : elementsOf(array).map(pyStr)
  for (const text of texts) {
    if (!text.isWellFormed()) throw cannotEvaluate(`Input '${name}' holds half of a surrogate pair.`)
  }
  return texts
}

const ONNX_NAMES: Readonly<Record<string, string>> = {
  float64: 'double',
  float32: 'float',
  object: 'string',
  str: 'string',
}

function wrongType(name: string, datatype: Datatype, array: NdArray): Error {
  const wanted = DTYPES[datatype] ?? datatype
  return cannotEvaluate(
    `Unexpected input data type for '${name}'. Actual: (tensor(${ONNX_NAMES[array.dtype] ?? array.dtype})), expected: ` +
      `(tensor(${ONNX_NAMES[wanted] ?? wanted})).`,
  )
}

/** A model that states no dimensions may take any; the engine has the last word. */
function checkShape({ name, shape }: TensorMetadata, given: readonly number[]): void {
  if (shape.length === 0) return
  if (shape.length !== given.length) {
    throw cannotEvaluate(`Invalid rank for input: ${name} Got: ${given.length} Expected: ${shape.length}.`)
  }
  shape.forEach((dim, i) => {
    if (dim === -1 || dim === given[i]) return
    throw cannotEvaluate(
      `Got invalid dimensions for input: ${name} index: ${i} Got: ${given[i]} Expected: ${dim}.`,
    )
  })
}
