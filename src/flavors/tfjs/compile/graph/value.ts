import type { ConstantData, ElementType } from '../../artifacts/constant-data.ts'

export type { ConstantData, ElementType }

/** null where only a run tells: the number of rows, above all. */
export type Dimension = number | null

export type Shape = readonly Dimension[]

export interface ValueType {
  readonly type: ElementType
  readonly shape: Shape
}

/**
 * A tensor of the graph: an input, a constant or the result of a node. Its identity counts, not its fields. The order
 * of dimensions is TF.js's (channels last), whatever it will be in ONNX.
 */
export interface Value extends ValueType {
  readonly constant?: ConstantData
  /**
   * Elements of a small int32 value of rank 0 or 1 as far as they are known before a run (null where not): a shape,
   * and what is computed from one. Of a constant they are all known.
   */
  readonly elements?: readonly Dimension[]
}

/** The elements of a small integer constant or a computed shape, all of them known; undefined otherwise. */
export function knownIntegers({ elements }: Value): readonly number[] | undefined {
  if (elements === undefined || elements.includes(null)) return undefined
  return elements as readonly number[]
}
