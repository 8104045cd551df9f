import type { Tensor, TensorMap } from '../../../core/tensor.ts'

/** About the distance of two neighbouring numbers in float32, as a share of either. */
const ROUNDING = 2 ** -23

/** The inputs with each float moved to the next or the one before, in turns, as a rounding could. */
export function nudge(inputs: TensorMap): TensorMap {
  return new Map([...inputs].map(([name, tensor]) => [name, nudgeTensor(tensor)]))
}

function nudgeTensor(tensor: Tensor): Tensor {
  if (tensor.datatype !== 'FP32') return tensor
  const data = tensor.data.map((value, index) => value * (1 + (index % 2 === 0 ? ROUNDING : -ROUNDING)))
  return { ...tensor, data }
}
