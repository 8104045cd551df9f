import type { TensorMetadata } from '../../../core/predictor.ts'
import { allocate, type Datatype, type Tensor, type TensorData } from '../../../core/tensor.ts'
import { NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import { type Dtype, kindOf, promote } from '../numpy/dtype.ts'
import type { CellGrid } from './cell-layout.ts'
import { areCertainFloats, areCertainLongs, truths } from './element-reader.ts'

const { FRACTION, NULL, NEGATIVE_ZERO, LARGE_INTEGER, BEYOND_INT64 } = NumberTraits

/** Types of columns that are made of numbers. */
export type NumericType = 'boolean' | 'integer' | 'long' | 'float' | 'double'

const DTYPES: Readonly<Record<NumericType, Dtype>> = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
}

export function isNumericType(type: unknown): type is NumericType {
  return typeof type === 'string' && Object.hasOwn(DTYPES, type)
}

/** A column of the signature, and its place among the columns that are given. */
export interface GivenColumn {
  readonly type: NumericType
  readonly position: number
}

export interface FrameInputInit {
  readonly input: TensorMetadata
  /** In the order of the signature. */
  readonly columns: readonly GivenColumn[]
  /** How many columns are given. */
  readonly width: number
  /** Numbers a row; or none, where the tensor has one dimension. */
  readonly isMatrix: boolean
  readonly castsNumbers: boolean
}

/** Makes one input of the model from columns of a frame. */
export class FrameInput {
  readonly name: string
  readonly #datatype: Datatype
  readonly #rows: number | undefined
  readonly #positions: readonly number[]
  readonly #isMatrix: boolean
  /** The cells of all columns in their order, and no others. */
  readonly #isWhole: boolean
  readonly #integers: readonly GivenColumn[]
  /** Columns of float32 in a tensor of float64. */
  readonly #rounded: readonly number[]

  private constructor({ input, columns, width, isMatrix }: FrameInputInit) {
    this.name = input.name
    this.#datatype = input.datatype
    this.#rows = input.shape[0] === -1 ? undefined : input.shape[0]
    this.#positions = columns.map(({ position }) => position)
    this.#isMatrix = isMatrix
    this.#isWhole = width === columns.length && columns.every(({ position }, i) => position === i)
    this.#integers = columns.filter(({ type }) => type === 'integer' || type === 'long')
    this.#rounded =
      input.datatype === 'FP64' ? columns.flatMap(({ type }, i) => (type === 'float' ? [i] : [])) : []
  }

  /** Undefined where the model does not take what becomes of such columns. */
  static compile(init: FrameInputInit): FrameInput | undefined {
    const { input, columns, isMatrix, castsNumbers } = init
    const { shape, datatype } = input
    const rank = isMatrix ? 2 : 1
    if (shape.length > 0 && shape.length !== rank) return undefined
    if (isMatrix && shape.length > 0 && shape[1] !== -1 && shape[1] !== columns.length) return undefined
    const dtype = commonDtype(columns)
    return dtype !== undefined && takes(datatype, dtype, castsNumbers) ? new FrameInput(init) : undefined
  }

  tensor(grid: CellGrid, scanner: NumberScanner): Tensor | undefined {
    const { rows } = grid
    if (this.#rows !== undefined && this.#rows !== rows) return undefined
    const data = this.#data(grid, scanner)
    if (data === undefined) return undefined
    const shape = this.#isMatrix ? [rows, this.#positions.length] : [rows]
    return { datatype: this.#datatype, shape, data } as Tensor
  }

  #data(grid: CellGrid, scanner: NumberScanner): TensorData | undefined {
    switch (this.#datatype) {
      case 'FP32':
      case 'FP64':
        return this.#floats(grid, scanner)
      case 'INT64':
        return this.#longs(grid, scanner)
      case 'BOOL':
        return this.#booleans(grid)
      default:
        return this.#areIntegers(grid, INT32)
          ? this.#gather(grid, new Int32Array(this.#count(grid)))
          : undefined
    }
  }

  #floats(grid: CellGrid, scanner: NumberScanner): Float32Array | Float64Array | undefined {
    if (!areCertainFloats(grid.traits) || !this.#areWholeNumbers(grid)) return undefined
    const { whole } = grid
    if (whole !== undefined && this.#isWhole) {
      return this.#datatype === 'FP32' ? scanner.toFloat32(whole) : this.#round(scanner.toFloat64(whole))
    }
    const data = allocate(this.#datatype as 'FP32' | 'FP64', this.#count(grid))
    return this.#round(this.#gather(grid, data))
  }

  /** Columns of integers hold nothing else, and no -0, which would be 0. */
  #areWholeNumbers(grid: CellGrid): boolean {
    if (this.#integers.length === 0) return true
    return (grid.traits & NEGATIVE_ZERO) === 0 && this.#areIntegers(grid, LONG)
  }

  #areIntegers(grid: CellGrid, most: number): boolean {
    // What was written without a fraction and is no null is a whole number; LARGE_INTEGER tells its size.
    const areWhole = (grid.traits & (FRACTION | NULL | LARGE_INTEGER)) === 0
    for (const { type, position } of this.#integers) {
      const limit = type === 'integer' ? INT32 : most
      if (areWhole && limit === LONG) continue
      if (!isWholeColumn(grid, position, limit)) return false
    }
    return true
  }

  #longs(grid: CellGrid, scanner: NumberScanner): BigInt64Array | undefined {
    if (!areCertainLongs(grid.traits)) return undefined
    const isExact = this.#isWhole && this.#integers.every(({ type }) => type === 'long')
    if (isExact && grid.whole !== undefined) return scanner.toInt64(grid.whole)
    if ((grid.traits & LARGE_INTEGER) !== 0 || !this.#areIntegers(grid, LONG)) return undefined
    return BigInt64Array.from(this.#gather(grid, new Float64Array(this.#count(grid))), BigInt)
  }

  #booleans(grid: CellGrid): Uint8Array | undefined {
    if ((grid.traits & (NULL | BEYOND_INT64)) !== 0) return undefined
    return truths(this.#gather(grid, new Float64Array(this.#count(grid))))
  }

  #count({ rows }: CellGrid): number {
    return rows * this.#positions.length
  }

  #gather<T extends Float32Array | Float64Array | Int32Array>(grid: CellGrid, data: T): T {
    const { values, starts, step, rows } = grid
    const width = this.#positions.length
    for (let i = 0; i < width; i++) {
      let from = starts[this.#positions[i]!]!
      for (let at = i; at < rows * width; at += width, from += step) data[at] = values[from]!
    }
    return data
  }

  #round<T extends Float32Array | Float64Array>(data: T): T {
    const width = this.#positions.length
    for (const column of this.#rounded) {
      for (let at = column; at < data.length; at += width) data[at] = Math.fround(data[at]!)
    }
    return data
  }
}

const INT32 = 2 ** 31 - 1
const LONG = 2 ** 53

function isWholeColumn({ values, starts, step, rows }: CellGrid, position: number, most: number): boolean {
  let at = starts[position]!
  for (let row = 0; row < rows; row++, at += step) {
    const value = values[at]!
    if (!(value <= most && value >= -most && Math.trunc(value) === value)) return false
  }
  return true
}

/** pandas keeps booleans out of numbers. */
function commonDtype(columns: readonly GivenColumn[]): Dtype | undefined {
  const [first, ...more] = new Set(columns.map(({ type }) => DTYPES[type]))
  if (first === undefined) return undefined
  const isMixed = more.length > 0 && (first === 'bool' || more.includes('bool'))
  return isMixed ? undefined : more.reduce(promote, first)
}

const DATATYPES: Readonly<Partial<Record<Dtype, readonly Datatype[]>>> = {
  bool: ['BOOL'],
  int32: ['INT32'],
  int64: ['INT64'],
  float32: ['FP32'],
  float64: ['FP64', 'FP32'],
}

function takes(datatype: Datatype, dtype: Dtype, castsNumbers: boolean): boolean {
  if (DATATYPES[dtype]?.includes(datatype) === true) return true
  return castsNumbers && datatype === 'FP32' && kindOf(dtype) === 'i'
}
