import type { Tensor, TensorMap } from '../../core/tensor.ts'

/**
 * Whether outputs hold what no good model gives: NaN or an infinity in floats. With the control's outputs, also an output that
 * only one of them has, another rank, or another size of any dimension but the first, which is that of the rows.
 */
export function hasFault(outputs: TensorMap, asControl?: TensorMap): boolean {
  if (asControl !== undefined && hasOtherShapes(outputs, asControl)) return true
  for (const tensor of outputs.values()) if (!isWithoutFault(tensor)) return true
  return false
}

function hasOtherShapes(outputs: TensorMap, asControl: TensorMap): boolean {
  if (outputs.size !== asControl.size) return true
  for (const [name, { shape }] of asControl) {
    const other = outputs.get(name)?.shape
    if (other?.length !== shape.length) return true
    for (let axis = 1; axis < shape.length; axis++) if (other[axis] !== shape[axis]) return true
  }
  return false
}

function isWithoutFault(tensor: Tensor): boolean {
  if (tensor.datatype === 'FP32' || tensor.datatype === 'FP64') return areFinite(tensor.data)
  return tensor.datatype !== 'FP16' || areFiniteHalves(tensor.data)
}

function areFinite(data: Float32Array | Float64Array): boolean {
  // 0 times NaN or an infinity is NaN, which no later sum takes away: one look at the end is faster than one an element.
  let sum = 0
  for (let at = 0; at < data.length; at++) sum += data[at]! * 0
  return sum === 0
}

/** All bits of the exponent: NaN or an infinity (IEEE 754, section 3.4). */
const NOT_FINITE = 0x7c00

function areFiniteHalves(data: Uint16Array): boolean {
  for (let at = 0; at < data.length; at++) if ((data[at]! & NOT_FINITE) === NOT_FINITE) return false
  return true
}
