import { type Operator, operator } from '../graph/operator.ts'
import type { ElementType, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/**
 * Functions of each element. They stay in the order of dimensions that the operand is there in. NaN stays NaN
 * (onnxruntime 1.30), the sign of it as well, which is 0 in TF.js.
 */

interface UnaryRow<Attributes> {
  readonly name: string
  readonly semantics: string
  /** int32 stays int32, or is made float32; absent where TF.js takes float32 alone, or cuts fractions off. */
  readonly integers?: 'kept' | 'widened'
  readonly write: (onnx: OnnxGraph, x: string, attributes: Attributes, type: ElementType) => string
}

export interface SlopeAttributes {
  readonly alpha: number
}

export interface HardSigmoidAttributes {
  readonly alpha: number
  readonly beta: number
}

/** Either may be infinite. */
export interface ClipAttributes {
  readonly min: number
  readonly max: number
}

export interface ThresholdAttributes {
  readonly theta: number
}

export interface GeluAttributes {
  /** By a hyperbolic tangent instead of the error function (Keras, `gelu_new`). */
  readonly approximate: boolean
}

export const abs = named('Abs', 'Abs', 'kept')
export const neg = named('Neg', 'Neg', 'kept')
export const sign = named('Sign', 'Sign', 'kept')
export const exp = named('Exp', 'Exp')
export const log = named('Log', 'Log')
export const sqrt = named('Sqrt', 'Sqrt')
export const reciprocal = named('Reciprocal', 'Reciprocal')
export const floor = named('Floor', 'Floor')
export const ceil = named('Ceil', 'Ceil')
export const sin = named('Sin', 'Sin')
export const cos = named('Cos', 'Cos')
export const tan = named('Tan', 'Tan')
export const asin = named('Asin', 'Asin')
export const acos = named('Acos', 'Acos')
export const atan = named('Atan', 'Atan')
export const sinh = named('Sinh', 'Sinh')
export const cosh = named('Cosh', 'Cosh')
export const tanh = named('Tanh', 'Tanh')
export const asinh = named('Asinh', 'Asinh')
export const acosh = named('Acosh', 'Acosh')
export const atanh = named('Atanh', 'Atanh')
export const erf = named('Erf', 'Erf', 'widened')
export const sigmoid = named('Sigmoid', 'Sigmoid')

/** Of integers it is no Relu: onnxruntime (1.30) fails when it fuses one with a Clip of integers behind it. */
export const relu = unary<null>({
  name: 'Relu',
  semantics: 'TensorFlow Relu',
  integers: 'kept',
  write: (onnx, x, _, type) =>
    type === 'int32' ? onnx.node('Max', [x, onnx.scalar(type, 0)]) : onnx.node('Relu', [x]),
})

export const selu = named('Selu', 'Selu')
export const softplus = named('Softplus', 'Softplus')
export const softsign = named('Softsign', 'Softsign')

/** Halves go to the even neighbour. */
export const round = unary<null>({
  name: 'Round',
  semantics: 'TensorFlow Round',
  integers: 'kept',
  write: (onnx, x, _, type) => (type === 'int32' ? x : onnx.node('Round', [x])),
})

export const square = unary<null>({
  name: 'Square',
  semantics: 'TensorFlow Square',
  integers: 'kept',
  write: (onnx, x) => onnx.node('Mul', [x, x]),
})

export const rsqrt = unary<null>({
  name: 'Rsqrt',
  semantics: 'TensorFlow Rsqrt',
  write: (onnx, x) => onnx.node('Reciprocal', [onnx.node('Sqrt', [x])]),
})

/** By the inverse hyperbolic tangent up to 1, so that small arguments keep their digits. */
export const log1p = unary<null>({
  name: 'Log1p',
  semantics: 'TensorFlow Log1p',
  write: (onnx, x) => {
    const number = (value: number) => onnx.scalar('float32', value)
    const quotient = onnx.node('Div', [x, onnx.node('Add', [x, number(2)])])
    const small = onnx.node('Mul', [onnx.node('Atanh', [quotient]), number(2)])
    const large = onnx.node('Log', [onnx.node('Add', [x, number(1)])])
    return onnx.node('Where', [onnx.node('Greater', [x, number(1)]), large, small])
  },
})

/** tanh(x/2) · (eˣ + 1), so that small arguments keep their digits. */
export const expm1 = unary<null>({
  name: 'Expm1',
  semantics: 'TensorFlow Expm1',
  write: (onnx, x) => {
    const half = onnx.node('Tanh', [onnx.node('Mul', [x, onnx.scalar('float32', 0.5)])])
    return onnx.node('Mul', [half, onnx.node('Add', [onnx.node('Exp', [x]), onnx.scalar('float32', 1)])])
  },
})

export const relu6 = unary<null>({
  name: 'Relu6',
  semantics: 'TensorFlow Relu6',
  integers: 'kept',
  write: (onnx, x, _, type) => onnx.node('Clip', [x, onnx.scalar(type, 0), onnx.scalar(type, 6)]),
})

export const clip = unary<ClipAttributes>({
  name: 'ClipByValue',
  semantics: 'TensorFlow ClipByValue',
  integers: 'kept',
  write: (onnx, x, { min, max }, type) => {
    const bound = (value: number) => (Number.isFinite(value) ? onnx.scalar(type, boundOf(type, value)) : '')
    return onnx.node('Clip', [x, bound(min), bound(max)])
  },
})

function boundOf(type: ElementType, value: number): number {
  const isHeld = type === 'float32' || Object.is(value | 0, value)
  if (!isHeld) throw new NotCompiled(`int32 is clipped at ${value}`)
  return value
}

export const elu = unary<SlopeAttributes>({
  name: 'Elu',
  semantics: 'TensorFlow Elu, Keras ELU',
  write: (onnx, x, { alpha }) => onnx.node('Elu', [x], { alpha: { float: alpha } }),
})

export const leakyRelu = unary<SlopeAttributes>({
  name: 'LeakyRelu',
  semantics: 'TensorFlow LeakyRelu',
  integers: 'widened',
  write: (onnx, x, { alpha }) => onnx.node('LeakyRelu', [x], { alpha: { float: alpha } }),
})

/** Keras has alpha 0.2 and beta 0.5. */
export const hardSigmoid = unary<HardSigmoidAttributes>({
  name: 'HardSigmoid',
  semantics: 'Keras hard_sigmoid',
  write: (onnx, x, { alpha, beta }) =>
    onnx.node('HardSigmoid', [x], { alpha: { float: alpha }, beta: { float: beta } }),
})

/** Elements of at most theta become 0. */
export const threshold = unary<ThresholdAttributes>({
  name: 'Threshold',
  semantics: 'Keras ThresholdedReLU',
  write: (onnx, x, { theta }) => {
    const isAbove = onnx.node('Greater', [x, onnx.scalar('float32', theta)])
    return onnx.node('Mul', [x, onnx.cast(isAbove, 'float32')])
  },
})

/** In the form in which onnxruntime knows it again and makes it one node. */
export const gelu = unary<GeluAttributes>({
  name: 'Gelu',
  semantics: 'Keras gelu',
  write: (onnx, x, { approximate }) => {
    const sum = onnx.node('Add', [approximate ? tanhOf(onnx, x) : erfOf(onnx, x), onnx.scalar('float32', 1)])
    if (!approximate) return onnx.node('Mul', [onnx.node('Mul', [x, sum]), onnx.scalar('float32', 0.5)])
    return onnx.node('Mul', [x, onnx.node('Mul', [sum, onnx.scalar('float32', 0.5)])])
  },
})

function erfOf(onnx: OnnxGraph, x: string): string {
  return onnx.node('Erf', [onnx.node('Div', [x, onnx.scalar('float32', Math.SQRT2)])])
}

function tanhOf(onnx: OnnxGraph, x: string): string {
  const cube = onnx.node('Pow', [x, onnx.scalar('float32', 3)])
  const bent = onnx.node('Add', [x, onnx.node('Mul', [cube, onnx.scalar('float32', 0.044715)])])
  return onnx.node('Tanh', [onnx.node('Mul', [bent, onnx.scalar('float32', Math.sqrt(2 / Math.PI))])])
}

export const swish = unary<null>({
  name: 'Swish',
  semantics: 'Keras swish',
  write: (onnx, x) => onnx.node('Mul', [x, onnx.node('Sigmoid', [x])]),
})

/**
 * x · tanh(ln(1 + eˣ)) as x · n / (n + 2) with n = eˣ(eˣ + 2): onnxruntime's logarithm is ten times slower than its
 * exponential. From 20 on the quotient is 1.
 */
export const mish = unary<null>({
  name: 'Mish',
  semantics: 'Keras mish',
  write: (onnx, x) => {
    const two = onnx.scalar('float32', 2)
    const power = onnx.node('Exp', [onnx.node('Min', [x, onnx.scalar('float32', 20)])])
    const part = onnx.node('Mul', [power, onnx.node('Add', [power, two])])
    const quotient = onnx.node('Div', [part, onnx.node('Add', [part, two])])
    return onnx.node('Mul', [x, quotient])
  },
})

export const logicalNot = operator<null>({
  name: 'LogicalNot',
  semantics: 'TensorFlow LogicalNot',
  infer: ([x]) => {
    if (x!.type !== 'bool') throw new NotCompiled(`an operand of type ${x!.type}`)
    return [{ type: 'bool', shape: x!.shape }]
  },
  lower: (lowering, { operands, results }) => {
    const layout = lowering.layoutOf(operands[0]!)
    lowering.define(results[0]!, lowering.onnx.node('Not', [lowering.in(layout, operands[0]!)]), layout)
  },
})

/** A row that is one node of ONNX without attributes. */
function named(name: string, onnxType: string, integers?: 'kept' | 'widened'): Operator<null> {
  return unary<null>({
    name,
    semantics: `TensorFlow ${name}`,
    ...(integers === undefined ? {} : { integers }),
    write: (onnx, x) => onnx.node(onnxType, [x]),
  })
}

function unary<Attributes>(row: UnaryRow<Attributes>): Operator<Attributes> {
  return operator<Attributes>({
    name: row.name,
    semantics: row.semantics,
    infer: ([x]) => [{ type: resultType(row, x!), shape: x!.shape }],
    lower: (lowering, { operands, attributes, results }) => {
      const [x] = operands
      const layout = lowering.layoutOf(x!)
      const type = resultType(row, x!)
      const name = lowering.in(layout, x!)
      const operand = x!.type === type ? name : lowering.onnx.cast(name, type)
      lowering.define(results[0]!, row.write(lowering.onnx, operand, attributes, type), layout)
    },
  })
}

function resultType<Attributes>({ integers }: UnaryRow<Attributes>, { type }: Value): ElementType {
  if (type === 'float32') return type
  if (type === 'int32' && integers === 'kept') return type
  if (type === 'int32' && integers === 'widened') return 'float32'
  throw new NotCompiled(`an operand of type ${type}`)
}
