import { elementCount } from '../../../core/tensor.ts'
import type { WeightSpec } from './model-artifacts.ts'

/** Where a weight lies in the shards, taken as one. */
export interface WeightPlace {
  readonly spec: WeightSpec
  readonly offset: number
  readonly bytes: number
}

/** Before each text stands its length, a little-endian uint32 (tfjs-core 4.22, `io_utils`). */
const LENGTH_BYTES = 4

const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, string: LENGTH_BYTES } as const
const QUANTIZED_BYTES = { uint8: 1, uint16: 2, float16: 2 } as const

/** Bytes that a weight takes in its shards; of texts the least, where all are empty. */
export function weightBytes({ shape, dtype, quantization }: WeightSpec): number {
  const each = quantization === undefined ? ELEMENT_BYTES[dtype] : QUANTIZED_BYTES[quantization.dtype]
  return elementCount(shape) * each
}

/** Places of all weights. The last one may end beyond `data`, where it is cut off; those after it are left out. */
export function layOutWeights(specs: readonly WeightSpec[], data: ArrayBuffer): readonly WeightPlace[] {
  const view = new DataView(data)
  const places: WeightPlace[] = []
  let offset = 0
  for (const spec of specs) {
    const bytes = spec.dtype === 'string' ? textBytes(spec, view, offset) : weightBytes(spec)
    places.push({ spec, offset, bytes })
    offset += bytes
    if (offset > data.byteLength) break
  }
  return places
}

function textBytes({ shape }: WeightSpec, view: DataView, start: number): number {
  let end = start
  for (let text = elementCount(shape); text > 0; text--) {
    if (end + LENGTH_BYTES > view.byteLength) return end - start + text * LENGTH_BYTES
    end += LENGTH_BYTES + view.getUint32(end, true)
  }
  return end - start
}
