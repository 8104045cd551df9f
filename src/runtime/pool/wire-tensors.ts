import type { Tensor, TensorMap } from '../../core/tensor.ts'

/** A tensor as it crosses threads where it is not packed: text, and what is too large. */
export type WireTensor = { readonly name: string } & Tensor

type NumberData = Exclude<Tensor['data'], readonly string[]>

/** From this size on, one copy into shared memory or a transfer is cheaper than a structured clone. */
const LARGE_BYTES = 32 * 1024

/**
 * Inputs on their way to a worker. Small arrays are posted as they are; large ones are copied once into
 * shared memory. Nothing is transferred: the caller's arrays stay whole (they may be views of a pooled
 * Buffer), and a run that never began can be sent again to another worker.
 */
export function inputsToWire(inputs: TensorMap): WireTensor[] {
  return toWire(inputs, (data) => (data.byteLength >= LARGE_BYTES ? shared(data) : whole(data)))
}

/** Outputs on their way back. The large ones go into `transferableBuffers` of the result. */
export function outputsToWire(outputs: TensorMap): WireTensor[] {
  return toWire(outputs, whole)
}

export function fromWire(wire: readonly WireTensor[]): TensorMap {
  const tensors = new Map<string, Tensor>()
  for (const { name, ...tensor } of wire) tensors.set(name, tensor)
  return tensors
}

/** Buffers of outputs that are worth transferring. A result belongs to its receiver: nobody misses them. */
export function transferableBuffers(wire: readonly WireTensor[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of wire) {
    if (!ArrayBuffer.isView(data) || !(data.buffer instanceof ArrayBuffer)) continue
    if (data.byteLength >= LARGE_BYTES) buffers.add(data.buffer)
  }
  return [...buffers]
}

/** Bytes of what lies in memory that was shared for it. */
export function sharedBytes(wire: readonly WireTensor[]): number {
  let bytes = 0
  for (const { data } of wire) {
    if (ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer) bytes += data.byteLength
  }
  return bytes
}

function toWire(tensors: TensorMap, portable: (data: NumberData) => NumberData): WireTensor[] {
  const wire: WireTensor[] = []
  for (const [name, { datatype, shape, data }] of tensors) {
    const sent = ArrayBuffer.isView(data) ? portable(data) : data
    wire.push({ name, datatype, shape, data: sent } as WireTensor)
  }
  return wire
}

/** A view that is all of its buffer: a clone or a transfer takes the whole buffer along, however small the view. */
function whole(data: NumberData): NumberData {
  return data.byteLength === data.buffer.byteLength ? data : data.slice()
}

function shared(data: NumberData): NumberData {
  if (data.buffer instanceof SharedArrayBuffer) return data
  const buffer = new SharedArrayBuffer(data.byteLength)
  new Uint8Array(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const TypedArray = data.constructor as new (buffer: SharedArrayBuffer) => NumberData
  return new TypedArray(buffer)
}
