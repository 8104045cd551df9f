import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'

export function fp32(data: readonly number[], shape: readonly number[] = [data.length]): Tensor {
  return { datatype: 'FP32', shape, data: Float32Array.from(data) }
}

export function fp64(data: readonly number[], shape: readonly number[] = [data.length]): Tensor {
  return { datatype: 'FP64', shape, data: Float64Array.from(data) }
}

export function fp16(bits: readonly number[], shape: readonly number[] = [bits.length]): Tensor {
  return { datatype: 'FP16', shape, data: Uint16Array.from(bits) }
}

export function int64(data: readonly bigint[], shape: readonly number[] = [data.length]): Tensor {
  return { datatype: 'INT64', shape, data: BigInt64Array.from(data) }
}

export function text(data: readonly string[], shape: readonly number[] = [data.length]): Tensor {
  return { datatype: 'BYTES', shape, data }
}

export function tensors(named: Readonly<Record<string, Tensor>>): TensorMap {
  return new Map(Object.entries(named))
}
