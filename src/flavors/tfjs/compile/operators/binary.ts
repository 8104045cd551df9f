import { expectFloats, promotedType } from '../graph/element-types.ts'
import type { ElementType, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'
import { type ElementwiseRow, elementwise, type Typed } from './elementwise.ts'

/**
 * Arithmetic of two operands that are broadcast against each other. As in TF.js, operands of different types are
 * brought to the wider one. Products and sums of int32 wrap around.
 */

export const add = arithmetic('Add', oneNode('Add'), ([a, b]) => a! + b!)
export const subtract = arithmetic('Sub', oneNode('Sub'), ([a, b]) => a! - b!)
export const multiply = arithmetic('Mul', oneNode('Mul'), ([a, b]) => a! * b!)

/** Of int32 it is the floor of the quotient, as `tf.div` has it. */
export const realDivide = arithmetic('RealDiv', writeDivide, knownQuotient)
/** Of float32 the result is float32, as in TensorFlow and the wasm engine (the cpu engine gives int32). */
export const floorDivide = arithmetic('FloorDiv', writeFloorDivide, knownQuotient)
/** The remainder has the sign of the divisor. */
export const floorModulo = arithmetic('FloorMod', writeFloorModulo)

/** NaN is taken over from either operand. */
export const maximum = arithmetic('Maximum', oneNode('Max'), (pair) => Math.max(...pair), true)
export const minimum = arithmetic('Minimum', oneNode('Min'), (pair) => Math.min(...pair), true)

export const power = arithmetic('Pow', writePower)
export const squaredDifference = arithmetic('SquaredDifference', writeSquaredDifference)

/** A negative zero counts as zero: over a negative number the angle is π, where TF.js has −π. */
export const atan2 = elementwise({
  name: 'Atan2',
  semantics: 'TensorFlow Atan2',
  operandType: floats,
  write: writeAtan2,
})

export const prelu = elementwise({
  name: 'Prelu',
  semantics: 'TF.js Prelu, Keras PReLU',
  operandType: floats,
  write: (onnx, names, { values }) => {
    const [x, alpha] = values
    if (alpha!.shape.length > x!.shape.length)
      throw new NotCompiled('slopes of a higher rank than the operand')
    return onnx.node('PRelu', names)
  },
})

type Write = ElementwiseRow['write']

function oneNode(onnxType: string): Write {
  return (onnx, names) => onnx.node(onnxType, names)
}

/** @param takesBools as int32, as `tf.maximum` does. */
function arithmetic(
  name: string,
  write: Write,
  know?: ElementwiseRow['know'],
  takesBools = false,
): ReturnType<typeof elementwise> {
  return elementwise({
    name,
    semantics: `TensorFlow ${name}`,
    operandType: (operands) => numbers(operands, takesBools),
    write,
    ...(know === undefined ? {} : { know }),
  })
}

function numbers(operands: readonly Value[], takesBools: boolean): ElementType {
  const type = promotedType(operands)
  if (type !== 'bool') return type
  if (!takesBools) throw new NotCompiled('operands of type bool')
  return 'int32'
}

function floats(operands: readonly Value[]): ElementType {
  expectFloats(operands)
  return 'float32'
}

function knownQuotient([a, b]: readonly number[]): number | null {
  return b === 0 ? null : Math.floor(a! / b!)
}

function writeDivide(onnx: OnnxGraph, names: readonly string[], typed: Typed): string {
  return typed.type === 'int32' ? writeFloorDivide(onnx, names, typed) : onnx.node('Div', names)
}

/** Of int32 by way of float64, which holds all of them; 0 for those divided by 0, as TF.js has it. */
function writeFloorDivide(onnx: OnnxGraph, names: readonly string[], { type }: Typed): string {
  if (type === 'float32') return onnx.node('Floor', [onnx.node('Div', names)])
  const [a, b] = names.map((name) => onnx.cast(name, 'float64'))
  const quotient = onnx.cast(onnx.node('Floor', [onnx.node('Div', [a!, b!])]), 'int32')
  const zero = onnx.scalar('int32', 0)
  return onnx.node('Where', [onnx.node('Equal', [names[1]!, zero]), zero, quotient])
}

function writeFloorModulo(onnx: OnnxGraph, names: readonly string[], { type }: Typed): string {
  const [a, b] = names
  if (type === 'int32') return onnx.node('Mod', [a!, safeDivisor(onnx, b!)])
  const zero = onnx.scalar('float32', 0)
  const remainder = onnx.node('Mod', [a!, b!], { fmod: 1 })
  const turned = onnx.node('Mod', [onnx.node('Add', [remainder, b!]), b!], { fmod: 1 })
  const signs = [a!, b!].map((name) => onnx.node('Less', [name, zero]))
  return onnx.node('Where', [onnx.node('Equal', signs), remainder, turned])
}

/**
 * 1 in place of 0 and -1. The remainder is 0 then, which TF.js has for a division by zero; the processor ends the
 * process on that one, and on the least integer divided by -1.
 */
function safeDivisor(onnx: OnnxGraph, divisor: string): string {
  const [isZero, isMinusOne] = [0, -1].map((each) =>
    onnx.node('Equal', [divisor, onnx.scalar('int32', each)]),
  )
  const isUnsafe = onnx.node('Or', [isZero!, isMinusOne!])
  return onnx.node('Where', [isUnsafe, onnx.scalar('int32', 1), divisor])
}

/** Of int32 by way of float64 and int64: onnxruntime's own does not wrap around. */
function writePower(onnx: OnnxGraph, names: readonly string[], { type }: Typed): string {
  if (type === 'float32') return onnx.node('Pow', names)
  const power = onnx.node(
    'Pow',
    names.map((name) => onnx.cast(name, 'float64')),
  )
  // onnxruntime makes two casts in a row one, and then nothing wraps around (1.30).
  const wrapped = onnx.node('Mod', [onnx.cast(power, 'int64'), onnx.integer(2 ** 32)])
  return onnx.cast(wrapped, 'int32')
}

function writeSquaredDifference(onnx: OnnxGraph, names: readonly string[]): string {
  const difference = onnx.node('Sub', names)
  return onnx.node('Mul', [difference, difference])
}

/**
 * The arc tangent of the quotient, turned by half a circle where x is negative; 0 where both are 0. An x of -0 would
 * give the quotient the wrong sign.
 */
function writeAtan2(onnx: OnnxGraph, [y, x]: readonly string[]): string {
  const number = (value: number) => onnx.scalar('float32', value)
  const isUpright = onnx.node('Equal', [x!, number(0)])
  const divisor = onnx.node('Where', [isUpright, number(0), x!])
  const angle = onnx.node('Atan', [onnx.node('Div', [y!, divisor])])
  const half = onnx.node('Where', [onnx.node('Less', [y!, number(0)]), number(-Math.PI), number(Math.PI)])
  const isLeft = onnx.node('Less', [x!, number(0)])
  const turned = onnx.node('Where', [isLeft, onnx.node('Add', [angle, half]), angle])
  const isOrigin = onnx.node('And', [isUpright, onnx.node('Equal', [y!, number(0)])])
  return onnx.node('Where', [isOrigin, number(0), turned])
}
