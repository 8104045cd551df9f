import { fail } from '../verdict.ts'
import { ELEMENT_TYPES, type Element } from './element-types.ts'
import { brainBits, brainValue, halfBits, halfValue } from './half-floats.ts'

/** A tensor's elements as bytes: little endian, row major, nothing between them. (Binary Tensor Data Extension) */
export function bytesOfElements(datatype: string, elements: readonly Element[]): Uint8Array {
  if (datatype === 'BYTES') return bytesOfTexts(elements)
  const size = ELEMENT_TYPES[datatype]?.size ?? 0
  const view = new DataView(new ArrayBuffer(elements.length * size))
  for (const [index, element] of elements.entries()) write(view, index * size, datatype, element)
  return new Uint8Array(view.buffer)
}

/** @throws Verdict where the bytes are not so many elements */
export function elementsOfBytes(datatype: string, bytes: Uint8Array, count: number): readonly Element[] {
  if (datatype === 'BYTES') return textsOfBytes(bytes, count)
  const size = ELEMENT_TYPES[datatype]?.size ?? 0
  if (bytes.byteLength !== count * size) {
    fail(`${count} elements of ${datatype} are ${count * size} bytes, but there are ${bytes.byteLength}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: count }, (_, index) => read(view, index * size, datatype))
}

function bytesOfTexts(texts: readonly Element[]): Uint8Array {
  const parts = texts.flatMap((text) => {
    const content = Buffer.from(String(text))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(content.length)
    return [length, content]
  })
  return Buffer.concat(parts)
}

function textsOfBytes(bytes: Uint8Array, count: number): readonly string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts: string[] = []
  let offset = 0
  while (texts.length < count && offset + 4 <= buffer.length) {
    const end = offset + 4 + buffer.readUInt32LE(offset)
    texts.push(buffer.toString('utf8', offset + 4, end))
    offset = end
  }
  if (texts.length !== count || offset !== buffer.length) {
    fail(`${buffer.length} bytes are not ${count} elements of BYTES with their lengths before them`)
  }
  return texts
}

function write(view: DataView, offset: number, datatype: string, element: Element): void {
  const writer = WRITERS[datatype] ?? fail(`there is no datatype ${datatype}`)
  writer(view, offset, element)
}

type Writer = (view: DataView, offset: number, element: Element) => void

const WRITE_BYTE: Writer = (view, offset, element) => view.setUint8(offset, Number(element))
const WRITE_SHORT: Writer = (view, offset, element) => view.setUint16(offset, Number(element), true)
const WRITE_WORD: Writer = (view, offset, element) => view.setUint32(offset, Number(element), true)
const WRITE_LONG: Writer = (view, offset, element) => view.setBigUint64(offset, BigInt(element), true)

const WRITERS: Readonly<Record<string, Writer>> = {
  BOOL: WRITE_BYTE,
  UINT8: WRITE_BYTE,
  INT8: WRITE_BYTE,
  UINT16: WRITE_SHORT,
  INT16: WRITE_SHORT,
  UINT32: WRITE_WORD,
  INT32: WRITE_WORD,
  UINT64: WRITE_LONG,
  INT64: WRITE_LONG,
  FP16: (view, offset, element) => view.setUint16(offset, halfBits(Number(element)), true),
  BF16: (view, offset, element) => view.setUint16(offset, brainBits(Number(element)), true),
  FP32: (view, offset, element) => view.setFloat32(offset, Number(element), true),
  FP64: (view, offset, element) => view.setFloat64(offset, Number(element), true),
}

type Reader = (view: DataView, offset: number) => Element

const READERS: Readonly<Record<string, Reader>> = {
  BOOL: (view, offset) => view.getUint8(offset) !== 0,
  UINT8: (view, offset) => view.getUint8(offset),
  INT8: (view, offset) => view.getInt8(offset),
  UINT16: (view, offset) => view.getUint16(offset, true),
  INT16: (view, offset) => view.getInt16(offset, true),
  UINT32: (view, offset) => view.getUint32(offset, true),
  INT32: (view, offset) => view.getInt32(offset, true),
  UINT64: (view, offset) => view.getBigUint64(offset, true),
  INT64: (view, offset) => view.getBigInt64(offset, true),
  FP16: (view, offset) => halfValue(view.getUint16(offset, true)),
  BF16: (view, offset) => brainValue(view.getUint16(offset, true)),
  FP32: (view, offset) => view.getFloat32(offset, true),
  FP64: (view, offset) => view.getFloat64(offset, true),
}

function read(view: DataView, offset: number, datatype: string): Element {
  const reader = READERS[datatype] ?? fail(`there is no datatype ${datatype}`)
  return reader(view, offset)
}
