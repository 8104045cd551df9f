import { elementCount } from '../../../../../src/core/tensor.ts'
import type { ConstantData } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'

/** Floats 1, 2, 3 …: each element tells where it came from. */
export function counted(shape: readonly number[]): ConstantData {
  return {
    type: 'float32',
    shape,
    data: Float32Array.from({ length: elementCount(shape) }, (_, index) => index + 1),
  }
}
