import { isRecord } from '../../../core/record.ts'
import type { Tensor } from '../../../core/tensor.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { GivenTensor } from '../given-request.ts'
import { checkedCount } from '../tensor-shape.ts'
import { SCANNED, type ScannedDatatype } from './scanned-elements.ts'

const { NULL, BOOLEAN } = NumberTraits

/** Longer names are an error. */
const MOST_NAME = 4_096

/** An input of the bodies of one skeleton. */
export class ScannedTensor {
  readonly #name: string
  readonly #datatype: ScannedDatatype
  readonly #shape: number
  readonly #data: number

  private constructor(name: string, datatype: ScannedDatatype, shape: number, data: number) {
    this.#name = name
    this.#datatype = datatype
    this.#shape = shape
    this.#data = data
  }

  /** Undefined for an input that is no list of numbers. */
  static compile(input: unknown): ScannedTensor | undefined {
    if (!isRecord(input)) return undefined
    const { name, datatype, shape, data, parameters = null } = input
    if (typeof name !== 'string' || name.length > MOST_NAME || !isScanned(datatype)) return undefined
    if (typeof shape !== 'number' || typeof data !== 'number' || !isHarmless(parameters)) return undefined
    return new ScannedTensor(name, datatype, shape, data)
  }

  /** @throws ServingError BAD_REQUEST */
  read(lists: readonly NumberList[], scanner: NumberScanner): GivenTensor | undefined {
    const shape = shapeOf(lists[this.#shape]!, scanner)
    const list = lists[this.#data]!
    if (shape === undefined || list.count === 0 || !isOf(list, shape, checkedCount(this.#name, shape)))
      return undefined
    const datatype = this.#datatype
    const data = SCANNED[datatype](list, scanner)
    return data === undefined
      ? undefined
      : { name: this.#name, datatype, tensor: { datatype, shape, data } as Tensor }
  }
}

function isScanned(datatype: unknown): datatype is ScannedDatatype {
  return typeof datatype === 'string' && Object.hasOwn(SCANNED, datatype)
}

/** Parameters that say where the elements are are for the general path. */
function isHarmless(parameters: unknown): boolean {
  if (parameters === null) return true
  if (!isRecord(parameters)) return false
  return !('binary_data_size' in parameters || 'shared_memory_region' in parameters)
}

function shapeOf(list: NumberList, scanner: NumberScanner): readonly number[] | undefined {
  if (list.shape.length !== 1 || (list.traits & (NULL | BOOLEAN)) !== 0) return undefined
  const values = scanner.float64(list)
  const shape: number[] = []
  for (let axis = 0; axis < values.length; axis++) shape.push(values[axis]!)
  return shape
}

/** Flat, or nested as the shape says. */
function isOf(list: NumberList, shape: readonly number[], count: number): boolean {
  const given = list.shape
  if (list.count !== count) return false
  if (given.length === 1) return true
  return given.length === shape.length && given.every((length, axis) => length === shape[axis])
}
