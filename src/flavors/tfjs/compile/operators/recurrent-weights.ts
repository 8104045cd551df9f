import type { ConstantData } from '../graph/value.ts'

type Floats = Extract<ConstantData, { readonly type: 'float32' }>

/**
 * A kernel (features, gates × units) as ONNX has it, (1, gates × units, features).
 * @param order for each gate of ONNX, which of the kernel's it is.
 */
export function gatesFirst({ shape, data }: Floats, order: readonly number[]): Floats {
  const [features, width] = shape as readonly [number, number]
  const units = width / order.length
  const turned = new Float32Array(data.length)
  let at = 0
  for (const gate of order) {
    for (let unit = 0; unit < units; unit += 1) {
      const column = gate * units + unit
      for (let feature = 0; feature < features; feature += 1) turned[at++] = data[feature * width + column]!
    }
  }
  return { type: 'float32', shape: [1, width, features], data: turned }
}

/** A bias as ONNX has it, (1, 2 × gates × units): the second half, that of the recurrent kernel, is 0. */
export function recurrentBias({ data }: Floats, order: readonly number[]): Floats {
  const units = data.length / order.length
  const both = new Float32Array(2 * data.length)
  for (const [index, gate] of order.entries()) {
    both.set(data.subarray(gate * units, (gate + 1) * units), index * units)
  }
  return { type: 'float32', shape: [1, both.length], data: both }
}
