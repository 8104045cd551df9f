import type { OutputMetadata } from '../../../core/predictor.ts'
import { allocate, elementCount, type Tensor, type TensorData, type TensorMap } from '../../../core/tensor.ts'
import { cannotEvaluate } from '../failures.ts'
import { float16ToNumber } from '../numpy/float16.ts'

/** One column of predictions: every `stride`th element of a tensor from `offset` on, one for each row. */
export interface PredictionColumn {
  readonly name: string
  readonly tensor: Tensor
  readonly offset: number
  readonly stride: number
}

/**
 * The outputs of a model as flat columns, for formats that are tables. An output of one value a row is the column of
 * its name; ZipMap's maps make one column for each label (`output_probability.setosa`), more values one for each
 * position (`y.0`, `y.1`, `y.1.0`).
 * @throws ServingError BAD_REQUEST for an output that has not one part for each of `rows`
 */
export function predictionColumns(
  outputs: readonly OutputMetadata[],
  tensors: TensorMap,
  rows: number,
): readonly PredictionColumn[] {
  return outputs.flatMap(({ name, classLabels }) => {
    const tensor = tensors.get(name)
    if (tensor === undefined) return []
    checkRows(name, tensor, rows)
    const stride = rowSize(tensor)
    return columnNames(name, tensor.shape.slice(1), classLabels).map((column, offset) => {
      return { name: column, tensor, offset, stride }
    })
  })
}

/** @throws ServingError BAD_REQUEST for an output that has not one part for each of `rows` */
export function checkRows(name: string, { shape }: Tensor, rows: number): void {
  if (shape[0] === rows) return
  const given = shape.length === 0 ? 'a single value' : `${shape[0]} parts`
  throw cannotEvaluate(
    `The output '${name}' has ${given} for ${rows} rows, so that it cannot be written row by row.`,
  )
}

/** Elements of one row. */
export function rowSize({ shape }: Tensor): number {
  return elementCount(shape.slice(1))
}

function columnNames(
  name: string,
  shape: readonly number[],
  classLabels: OutputMetadata['classLabels'],
): readonly string[] {
  if (classLabels !== undefined) return classLabels.map((label) => `${name}.${label}`)
  if (elementCount(shape) === 1) return [name]
  return shape.reduce<readonly string[]>(
    (names, length) => names.flatMap((prefix) => Array.from({ length }, (_, i) => `${prefix}.${i}`)),
    [name],
  )
}

/** The cells of a column as values: numbers, bigints, texts; truth values as 0 and 1. */
export function predictionCells({ tensor, offset, stride }: PredictionColumn): TensorData {
  const cells = stride === 1 ? tensor.data : everyNth(tensor, offset, stride)
  return tensor.datatype === 'FP16' ? Float32Array.from(cells as Uint16Array, float16ToNumber) : cells
}

function everyNth({ datatype, data }: Tensor, first: number, step: number): TensorData {
  const cells = allocate(datatype, data.length / step) as { [row: number]: unknown } & TensorData
  for (let row = 0, at = first; row < cells.length; row += 1, at += step) cells[row] = data[at]!
  return cells
}
