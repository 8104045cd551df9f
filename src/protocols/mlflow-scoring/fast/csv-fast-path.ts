import type { TensorMetadata } from '../../../core/predictor.ts'
import { allocate, type Datatype, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import type { DataType } from '../../../signature/column-dtypes.ts'
import type { ColSpec, Schema } from '../../../signature/model-signature.ts'
import { type CsvLayout, layoutWidth } from '../csv/csv-layout.ts'
import { CsvNumbers, type NumberColumn, type NumberRows, type NumberRule } from './csv-numbers.ts'

type NumberType = Exclude<DataType, 'string' | 'binary' | 'datetime'>

/** Makes the model's inputs of rows of numbers. */
type Pack = (rows: NumberRows) => TensorMap

interface NumberSpec {
  readonly name: string
  readonly type: NumberType
}

/**
 * From the bytes of CSV records straight to the tensors of a model whose signature has named, required columns of
 * numbers and truth values. Declines like the other fast paths: where it answers, it answers as the general path.
 */
export class CsvFastPath {
  readonly #numbers: CsvNumbers
  readonly #pack: Pack

  private constructor(numbers: CsvNumbers, pack: Pack) {
    this.#numbers = numbers
    this.#pack = pack
  }

  /** Undefined where the general path must look at every block. */
  static compile(
    layout: CsvLayout,
    schema: Schema | undefined,
    inputs: readonly TensorMetadata[],
  ): CsvFastPath | undefined {
    const specs = schema?.kind === 'columns' ? numberSpecs(schema.columns) : undefined
    const positions = new Map(layout.names.map((name, position) => [name, position]))
    if (specs === undefined || specs.some(({ name }) => !positions.has(name))) return undefined
    const [only] = inputs
    const isMatrix = only !== undefined && inputs.length === 1
    const pack = isMatrix ? matrixPack(only, specs) : columnsPack(inputs, specs)
    if (pack === undefined) return undefined
    const columns = specs.map(({ name, type }, slot): NumberColumn => {
      const index = layout.indexColumns + positions.get(name)!
      return { rule: ruleFor(type, isMatrix ? only : inputOf(inputs, name)), index, slot }
    })
    return new CsvFastPath(new CsvNumbers(columns, layoutWidth(layout)), pack)
  }

  /** @returns undefined where it declines. */
  decode(block: Uint8Array): TensorMap | undefined {
    const rows = this.#numbers.read(block)
    return rows === undefined ? undefined : this.#pack(rows)
  }
}

/** Undefined where a column is of another kind. */
function numberSpecs(columns: readonly ColSpec[]): readonly NumberSpec[] | undefined {
  const specs = columns.flatMap(({ name, type, required }) => {
    return name !== undefined && required && isNumberType(type) ? [{ name, type }] : []
  })
  const names = new Set(specs.map(({ name }) => name))
  return specs.length > 0 && names.size === columns.length ? specs : undefined
}

function isNumberType(type: ColSpec['type']): type is NumberType {
  return type === 'double' || type === 'float' || type === 'long' || type === 'integer' || type === 'boolean'
}

function inputOf(inputs: readonly TensorMetadata[], name: string): TensorMetadata | undefined {
  return inputs.find((input) => input.name === name)
}

function ruleFor(type: NumberType, input: TensorMetadata | undefined): NumberRule {
  if (type !== 'double' && type !== 'float') return type
  return input?.datatype === 'FP32' ? 'float32' : 'float64'
}

/** All columns are the one matrix of the common dtype that `frame.values` has. */
function matrixPack(input: TensorMetadata, specs: readonly NumberSpec[]): Pack | undefined {
  const { name, datatype, shape } = input
  const width = specs.length
  const isMatrix = shape.length === 2 && shape[0] === -1 && (shape[1] === -1 || shape[1] === width)
  if (!isMatrix || !holdsMatrix(datatype, new Set(specs.map(({ type }) => type)))) return undefined
  return ({ rows, data }) =>
    new Map([[name, { datatype, shape: [rows, width], data: storedAs(datatype, data) } as Tensor]])
}

/** float64 is cast for a float32 input; everything else must be the common dtype itself. */
function holdsMatrix(datatype: Datatype, types: ReadonlySet<NumberType>): boolean {
  if (types.has('boolean')) return false
  const hasFloats = types.has('double') || types.has('float')
  switch (datatype) {
    case 'FP32':
      return hasFloats
    case 'FP64':
      return hasFloats && !types.has('float')
    case 'INT64':
      return !hasFloats && types.has('long')
    case 'INT32':
      return !hasFloats && !types.has('long')
    default:
      return false
  }
}

const COLUMN_TYPES: Readonly<Partial<Record<Datatype, readonly NumberType[]>>> = {
  FP32: ['double', 'float'],
  FP64: ['double'],
  INT64: ['long'],
  INT32: ['integer'],
  BOOL: ['boolean'],
}

/** Each input is the column of its name. */
function columnsPack(inputs: readonly TensorMetadata[], specs: readonly NumberSpec[]): Pack | undefined {
  const slots = inputs.flatMap(({ name, datatype, shape }) => {
    const slot = specs.findIndex((spec) => spec.name === name)
    const fits = slot >= 0 && COLUMN_TYPES[datatype]?.includes(specs[slot]!.type) === true
    return fits && shape.length === 1 && shape[0] === -1 ? [{ name, datatype, slot }] : []
  })
  if (slots.length < inputs.length || inputs.length === 0) return undefined
  return ({ rows, data }) =>
    new Map(
      slots.map(({ name, datatype, slot }) => {
        const column = everyNth(data, slot, specs.length)
        return [name, { datatype, shape: [rows], data: storedAs(datatype, column) } as Tensor]
      }),
    )
}

function everyNth(data: NumberRows['data'], first: number, step: number): Float64Array {
  const column = new Float64Array(data.length / step)
  for (let row = 0, at = first; row < column.length; row += 1, at += step) column[row] = data[at]!
  return column
}

function storedAs(datatype: Datatype, data: Float32Array | Float64Array): Tensor['data'] {
  if (datatype === 'FP32') return data instanceof Float32Array ? data : new Float32Array(data)
  if (datatype === 'FP64') return data instanceof Float64Array ? data : new Float64Array(data)
  const stored = allocate(datatype as 'INT64' | 'INT32' | 'BOOL', data.length)
  if (stored instanceof BigInt64Array) for (let i = 0; i < data.length; i++) stored[i] = BigInt(data[i]!)
  else stored.set(data)
  return stored
}
