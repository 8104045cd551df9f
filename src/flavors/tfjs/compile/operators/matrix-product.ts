import { elementCount } from '../../../../core/tensor.ts'
import { broadcastShape } from '../graph/broadcast.ts'
import { promotedType } from '../graph/element-types.ts'
import { operator } from '../graph/operator.ts'
import type { ConstantData, Dimension, Shape, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { permuted } from '../lower/permute.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface MatrixProductAttributes {
  /** Whether the last two dimensions of the operand change places first. */
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** `(a, b, bias?)`: products of matrices, the last two dimensions; those before are broadcast. */
export const matrixProduct = operator<MatrixProductAttributes>({
  name: 'BatchMatMulV2',
  semantics: 'TensorFlow MatMul and BatchMatMulV2',
  infer: (operands, { transposeA, transposeB }) => {
    const [a, b, bias] = operands
    const type = promotedType(operands)
    if (type !== 'float32') throw new NotCompiled(`operands of type ${type}`)
    const [rows, inner] = matrixOf(a!, transposeA)
    const [otherInner, columns] = matrixOf(b!, transposeB)
    if (inner !== null && otherInner !== null && inner !== otherInner) {
      throw new NotCompiled(`a matrix of ${inner} columns times one of ${otherInner} rows`)
    }
    const outer = outerShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2))
    const shape = [...outer, rows, columns]
    if (bias !== undefined) expectWithin(bias.shape, shape)
    return [{ type, shape }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const isPlain = operands.every(({ type, shape }) => type === 'float32' && shape.length <= 2)
    lowering.define(
      results[0]!,
      isPlain ? planeProduct(lowering, operands, attributes) : product(lowering, operands, attributes),
    )
  },
})

function matrixOf({ shape }: Value, isTransposed: boolean): readonly [Dimension, Dimension] {
  if (shape.length < 2) throw new NotCompiled(`a matrix of rank ${shape.length}`)
  const [rows, columns] = shape.slice(-2) as [Dimension, Dimension]
  return isTransposed ? [columns, rows] : [rows, columns]
}

/**
 * TF.js repeats the matrices of the operand that has fewer of them, as a whole. That is broadcasting where its
 * dimensions are the last ones of the other's; for others TF.js multiplies what does not belong together.
 */
function outerShape(a: Shape, b: Shape): Shape {
  const isRepeated = isEndOf(withoutFirstOnes(a), b) || isEndOf(withoutFirstOnes(b), a)
  if (!isRepeated) throw new NotCompiled(`matrices of outer shapes ${a} and ${b}`)
  return broadcastShape([a, b])
}

function withoutFirstOnes(shape: Shape): Shape {
  const first = shape.findIndex((dim) => dim !== 1)
  return first < 0 ? [] : shape.slice(first)
}

/** A free dimension is taken to equal a fixed one, unless that is 1. */
function isEndOf(end: Shape, shape: Shape): boolean {
  if (end.length > shape.length) return false
  const last = shape.slice(shape.length - end.length)
  return end.every((dim, axis) => {
    const other = last[axis]!
    return dim === other || (dim === null && other !== 1) || (other === null && dim !== 1)
  })
}

/** A bias does not make the result larger. */
function expectWithin(bias: Shape, shape: Shape): void {
  const together = broadcastShape([shape, bias])
  if (together.length !== shape.length || together.some((dim, axis) => shape[axis] === 1 && dim !== 1)) {
    throw new NotCompiled(`a bias of shape ${bias}`)
  }
}

/** Of two matrices: one node with the bias, and with the transposition of what is not constant. */
function planeProduct(lowering: Lowering, operands: readonly Value[], attributes: MatrixProductAttributes) {
  const [a, b, bias] = operands
  const turnsA = attributes.transposeA && a!.constant === undefined
  const turnsB = attributes.transposeB && b!.constant === undefined
  const names = imageProduct(lowering, a!, b!, attributes) ?? [
    matrixName(lowering, a!, attributes.transposeA && !turnsA),
    matrixName(lowering, b!, attributes.transposeB && !turnsB),
  ]
  if (bias === undefined && !turnsA && !turnsB) return lowering.onnx.node('MatMul', names)
  const biases = bias === undefined ? [] : [lowering.channelsLast(bias)]
  return lowering.onnx.node('Gemm', [...names, ...biases], {
    transA: Number(turnsA),
    transB: Number(turnsB),
  })
}

/**
 * Operands where flattened images, which are there with their channels first, meet weights: these are put into the
 * images' order now, instead of the images in each run.
 */
function imageProduct(
  lowering: Lowering,
  a: Value,
  b: Value,
  { transposeA, transposeB }: MatrixProductAttributes,
): readonly string[] | undefined {
  const images = lowering.flattenedFrom(a)
  const { constant } = b
  if (images === undefined || constant === undefined || transposeA) return undefined
  const dims = images.shape.slice(1) as readonly number[]
  const weights = lowering.once(b, `for images of ${dims} ${transposeB}`, () =>
    lowering.onnx.constant(imageWeights(constant, dims, transposeB)),
  )
  return [lowering.onnx.node('Flatten', [lowering.channelsFirst(images)], { axis: 1 }), weights]
}

/** Weights whose rows, or columns where they are transposed, go through the channels last; as rows, channels first. */
function imageWeights(constant: ConstantData, dims: readonly number[], isTransposed: boolean): ConstantData {
  const columns = constant.shape[isTransposed ? 0 : 1]!
  const axes = dims.map((_, axis) => (isTransposed ? axis + 1 : axis))
  const order = [axes.at(-1)!, ...axes.slice(0, -1), isTransposed ? 0 : dims.length]
  const viewed: ConstantData = { ...constant, shape: isTransposed ? [columns, ...dims] : [...dims, columns] }
  return { ...permuted(viewed, order), shape: [elementCount(dims), columns] }
}

function product(
  lowering: Lowering,
  [a, b, bias]: readonly Value[],
  { transposeA, transposeB }: MatrixProductAttributes,
): string {
  const { onnx } = lowering
  const float = (name: string, { type }: Value) => (type === 'float32' ? name : onnx.cast(name, 'float32'))
  const names = [
    float(matrixName(lowering, a!, transposeA), a!),
    float(matrixName(lowering, b!, transposeB), b!),
  ]
  const result = onnx.node('MatMul', names)
  if (bias === undefined) return result
  return onnx.node('Add', [result, float(lowering.channelsLast(bias), bias)])
}

function matrixName(lowering: Lowering, value: Value, isTransposed: boolean): string {
  if (!isTransposed) return lowering.channelsLast(value)
  const order = value.shape.map((_, axis) => axis)
  return lowering.arranged(value, [...order.slice(0, -2), order.at(-1)!, order.at(-2)!])
}
