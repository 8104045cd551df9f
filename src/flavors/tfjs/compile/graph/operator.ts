import type { Lowering } from '../lower/lowering.ts'
import type { Dimension, Value, ValueType } from './value.ts'

/**
 * A row of the operator table: what an operator of TF.js takes, what it gives, how it is said in ONNX.
 * Rows keep nothing: attributes belong to the node.
 */
export interface Operator<Attributes> {
  /** TF.js's kernel or TensorFlow's operator, `Conv2D`. */
  readonly name: string
  /** Where the semantics are specified: TensorFlow's operator, Keras's layer, TF.js's kernel. */
  readonly semantics: string
  /**
   * Types of the results.
   * @throws NotCompiled where the operands or attributes are not covered.
   */
  infer(operands: readonly Value[], attributes: Attributes): readonly ValueType[]
  /** Of an operator that shapes are computed with: elements of its first result that are known before a run. */
  know?(operands: readonly Value[], attributes: Attributes): readonly Dimension[] | undefined
  /** Writes nodes of ONNX and says with `lowering.define` what each of `results` is called there. */
  lower(lowering: Lowering, node: OperatorUse<Attributes>): void
}

/** An operator with what it is applied to. */
export interface OperatorUse<Attributes> {
  readonly operands: readonly Value[]
  readonly attributes: Attributes
  readonly results: readonly Value[]
}

/** Fixes the type of a row from its functions. */
export function operator<Attributes>(row: Operator<Attributes>): Operator<Attributes> {
  return row
}
