import { allocate, type DataOf, type Datatype, type Tensor } from '../../../core/tensor.ts'
import { type TensorHeader, textOf, unfit } from './tensor-header.ts'
import { WIRE, type WireReader } from './wire-reader.ts'

type Typed = Exclude<Datatype, 'FP16'>

/** How the elements of a datatype lie in `InferTensorContents`. */
interface ContentsField {
  readonly field: number
  readonly wire: number
  /** Bytes of one element where all have as many. */
  readonly width?: number
}

const VARINT = { wire: WIRE.varint } as const

const FIELDS: Readonly<Record<Typed, ContentsField>> = {
  BOOL: { field: 1, ...VARINT },
  INT8: { field: 2, ...VARINT },
  INT16: { field: 2, ...VARINT },
  INT32: { field: 2, ...VARINT },
  INT64: { field: 3, ...VARINT },
  UINT8: { field: 4, ...VARINT },
  UINT16: { field: 4, ...VARINT },
  UINT32: { field: 4, ...VARINT },
  UINT64: { field: 5, ...VARINT },
  FP32: { field: 6, wire: WIRE.fixed32, width: 4 },
  FP64: { field: 7, wire: WIRE.fixed64, width: 8 },
  BYTES: { field: 8, wire: WIRE.bytes },
}

const RANGES: Partial<Record<Datatype, readonly [least: number, most: number]>> = {
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  UINT8: [0, 255],
  UINT16: [0, 65_535],
}

/**
 * A tensor of typed contents, which may come in parts.
 * @throws ServingError INVALID_PARAMETER_VALUE where they are of another datatype, or more or fewer than the shape needs.
 */
export function tensorOfContents(header: TensorHeader, parts: readonly WireReader[]): Tensor {
  const { datatype, shape, count } = header
  if (datatype === 'FP16' || datatype === 'BF16') {
    // An empty tensor needs no bytes of either kind.
    if (count === 0 && parts.every(({ at, end }) => at === end)) return emptyHalf(datatype, shape)
    throw unfit(header, 'can only be sent in raw_input_contents: there are no typed contents for it')
  }
  const found = new ContentsCounter(header, FIELDS[datatype]).countAll(parts)
  if (found !== count) {
    throw unfit(header, `needs ${count} elements for its shape [${shape}], and there are ${found}`)
  }
  return { datatype, shape, data: filled(header, datatype, parts) } as Tensor
}

function emptyHalf(datatype: 'FP16' | 'BF16', shape: readonly number[]): Tensor {
  if (datatype === 'FP16') return { datatype, shape, data: new Uint16Array() }
  return { datatype: 'FP32', shape, data: new Float32Array() }
}

/** Counts elements before memory is taken for them, and finds those of another datatype. */
class ContentsCounter {
  readonly #header: TensorHeader
  readonly #contents: ContentsField

  constructor(header: TensorHeader, contents: ContentsField) {
    this.#header = header
    this.#contents = contents
  }

  countAll(parts: readonly WireReader[]): number {
    let count = 0
    for (const part of parts) {
      const from = part.at
      while (part.next()) count += this.#count(part)
      part.at = from
    }
    return count
  }

  #count(part: WireReader): number {
    const { field, wire } = this.#contents
    if (part.field !== field) {
      if (part.field > FIELDS.BYTES.field) return this.#passOver(part)
      if (part.wire === WIRE.bytes && part.octets().length === 0) return 0
      throw unfit(this.#header, 'has contents of another datatype')
    }
    if (part.wire === WIRE.bytes && wire !== WIRE.bytes) return this.#countPacked(part)
    part.expect(wire)
    part.skip()
    return 1
  }

  #passOver(part: WireReader): number {
    part.skip()
    return 0
  }

  #countPacked(part: WireReader): number {
    const packed = part.octets()
    const { width } = this.#contents
    if (width === undefined) return countVarints(packed)
    if (packed.length % width === 0) return packed.length / width
    throw unfit(this.#header, `has ${packed.length} bytes of contents, which is not a multiple of ${width}`)
  }
}

/** Each ends with a byte below 128. What has no end is found when it is read. */
function countVarints(packed: Buffer): number {
  let count = 0
  for (const byte of packed) if (byte < 0x80) count += 1
  return packed.length > 0 && packed.at(-1)! >= 0x80 ? count + 1 : count
}

function filled<D extends Typed>(header: TensorHeader, datatype: D, parts: readonly WireReader[]): DataOf[D] {
  const data = allocate(datatype, header.count)
  const { field, wire } = FIELDS[datatype]
  const put = WRITERS[datatype] as (
    data: DataOf[D],
    at: number,
    reader: WireReader,
    header: TensorHeader,
  ) => void
  let at = 0
  for (const part of parts) {
    while (part.next()) {
      if (part.field !== field) part.skip()
      else if (part.wire === wire) put(data, at++, part, header)
      else for (const packed = part.message(); packed.at < packed.end; at += 1) put(data, at, packed, header)
    }
  }
  return data
}

type Writers = {
  readonly [D in Typed]: (data: DataOf[D], at: number, reader: WireReader, header: TensorHeader) => void
}

const WRITERS: Writers = {
  BOOL(data, at, reader) {
    data[at] = reader.int64() === 0n ? 0 : 1
  },
  INT8(data, at, reader, header) {
    data[at] = within(header, reader.int32())
  },
  INT16(data, at, reader, header) {
    data[at] = within(header, reader.int32())
  },
  INT32(data, at, reader) {
    data[at] = reader.int32()
  },
  INT64(data, at, reader) {
    data[at] = reader.int64()
  },
  UINT8(data, at, reader, header) {
    data[at] = within(header, reader.uint32())
  },
  UINT16(data, at, reader, header) {
    data[at] = within(header, reader.uint32())
  },
  UINT32(data, at, reader) {
    data[at] = reader.uint32()
  },
  UINT64(data, at, reader) {
    data[at] = reader.uint64()
  },
  FP32(data, at, reader) {
    data[at] = reader.float()
  },
  FP64(data, at, reader) {
    data[at] = reader.double()
  },
  BYTES(data, at, reader, header) {
    const octets = reader.octets()
    const texts = data as string[]
    texts[at] = textOf(header, octets, 0, octets.length)
  },
}

function within(header: TensorHeader, value: number): number {
  const [least, most] = RANGES[header.datatype as Datatype]!
  if (value >= least && value <= most) return value
  throw unfit(header, `has the element ${value}, which is out of its range`)
}
