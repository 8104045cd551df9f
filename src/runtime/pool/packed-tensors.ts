import type { TensorMetadata } from '../../core/predictor.ts'
import {
  type Datatype,
  elementCount,
  type Tensor,
  type TensorData,
  type TensorMap,
} from '../../core/tensor.ts'

type Numbers = Exclude<TensorData, readonly string[]>

/** Typed arrays of shared memory, by datatype in the order of the header's codes. BYTES is text, which is never packed. */
const ARRAYS = [
  ['BOOL', Uint8Array],
  ['UINT8', Uint8Array],
  ['UINT16', Uint16Array],
  ['UINT32', Uint32Array],
  ['UINT64', BigUint64Array],
  ['INT8', Int8Array],
  ['INT16', Int16Array],
  ['INT32', Int32Array],
  ['INT64', BigInt64Array],
  ['FP16', Uint16Array],
  ['FP32', Float32Array],
  ['FP64', Float64Array],
] as const

const CODES: ReadonlyMap<Datatype, number> = new Map(ARRAYS.map(([datatype], code) => [datatype, code]))

/** Header and tensors begin at multiples of it, so that an array of any datatype may lie there. */
const ALIGNMENT = 8
/** Header fields, each a double, before those of the tensors: a number for whoever writes, and how many tensors follow. */
const NOTE = 0
const COUNT = 1
const FIRST_TENSOR = 2
/** Fields of each tensor before its dimensions: place of its name, code of its datatype, number of dimensions. */
const TENSOR_FIELDS = 3

/**
 * Tensors of numbers in memory that two threads share, of which one writes while the other waits for word of it.
 * Names are written as places in a list that both have, everything else as it is.
 */
export class PackedTensors {
  readonly memory: SharedArrayBuffer
  readonly #metadata: readonly TensorMetadata[]
  readonly #header: Float64Array
  readonly #views: Numbers[] = []

  /** @param metadata of the tensors that may come, by which both sides know their names. */
  constructor(memory: SharedArrayBuffer, metadata: readonly TensorMetadata[]) {
    this.memory = memory
    this.#metadata = metadata
    this.#header = new Float64Array(memory)
  }

  /** What was written beside the tensors. */
  get note(): number {
    return this.#header[NOTE]!
  }

  /**
   * @returns the bytes that `tensors` take here; undefined where they cannot be packed: text, a name that is not
   *   in the list, an array of another length or kind than shape and datatype say.
   */
  sizeOf(tensors: TensorMap): number | undefined {
    let size = FIRST_TENSOR * ALIGNMENT
    let place = 0
    for (const [name, tensor] of tensors) {
      const { datatype, shape, data } = tensor
      const code = CODES.get(datatype)
      if (code === undefined || this.#placeOf(name, place) < 0) return undefined
      if (data.constructor !== ARRAYS[code]![1] || data.length !== elementCount(shape)) return undefined
      size += (TENSOR_FIELDS + shape.length) * ALIGNMENT + aligned((data as Numbers).byteLength)
      place += 1
    }
    return size
  }

  /** Writes what `sizeOf` has approved and the memory holds. */
  write(tensors: TensorMap, note = 0): void {
    const header = this.#header
    header[NOTE] = note
    header[COUNT] = tensors.size
    let field = FIRST_TENSOR
    let place = 0
    for (const [name, { datatype, shape }] of tensors) {
      header[field] = this.#placeOf(name, place)
      header[field + 1] = CODES.get(datatype)!
      header[field + 2] = shape.length
      field += TENSOR_FIELDS
      for (const dim of shape) header[field++] = dim
      place += 1
    }
    this.#writeData(tensors, field * ALIGNMENT)
  }

  /** The tensors as views of the memory: to be used up before the other side writes again. */
  view(): Map<string, Tensor> {
    return this.#read((numbers, from, to) => numbers.subarray(from, to))
  }

  /** The tensors in memory of their own. */
  copy(): Map<string, Tensor> {
    // `slice` of a shared array is not shared.
    return this.#read((numbers, from, to) => numbers.slice(from, to))
  }

  #writeData(tensors: TensorMap, from: number): void {
    let offset = from
    for (const { datatype, data } of tensors.values()) {
      const view = this.#viewOf(CODES.get(datatype)!) as Float64Array
      // Of one kind, as `sizeOf` has seen: which one is of no interest to a plain copy.
      view.set(data as Float64Array, offset / view.BYTES_PER_ELEMENT)
      offset += aligned((data as Float64Array).byteLength)
    }
  }

  #read(take: (numbers: Numbers, from: number, to: number) => Numbers): Map<string, Tensor> {
    const header = this.#header
    const shapes = this.#readShapes()
    let field = FIRST_TENSOR
    let offset = shapes.end * ALIGNMENT
    const tensors = new Map<string, Tensor>()
    for (const shape of shapes.list) {
      const view = this.#viewOf(header[field + 1]!)
      const { name } = this.#metadata[header[field]!]!
      const from = offset / view.BYTES_PER_ELEMENT
      const data = take(view, from, from + elementCount(shape))
      tensors.set(name, { datatype: ARRAYS[header[field + 1]!]![0], shape, data } as Tensor)
      offset += aligned(data.byteLength)
      field += TENSOR_FIELDS + shape.length
    }
    return tensors
  }

  #readShapes(): { readonly list: readonly number[][]; readonly end: number } {
    const header = this.#header
    const list: number[][] = []
    let field = FIRST_TENSOR
    for (let left = header[COUNT]!; left > 0; left -= 1) {
      const shape: number[] = []
      const rank = header[field + 2]!
      field += TENSOR_FIELDS
      for (let axis = 0; axis < rank; axis += 1) shape.push(header[field++]!)
      list.push(shape)
    }
    return { list, end: field }
  }

  /** Most tensors come in the order of the list. */
  #placeOf(name: string, expected: number): number {
    if (this.#metadata[expected]?.name === name) return expected
    return this.#metadata.findIndex((metadata) => metadata.name === name)
  }

  #viewOf(code: number): Numbers {
    const TypedArray = ARRAYS[code]![1] as new (memory: SharedArrayBuffer) => Numbers
    this.#views[code] ??= new TypedArray(this.memory)
    return this.#views[code]
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
