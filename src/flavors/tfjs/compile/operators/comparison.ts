import { promotedType } from '../graph/element-types.ts'
import type { ElementType, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'
import { elementwise } from './elementwise.ts'

/** Comparisons and logic of two operands that are broadcast against each other; the result is bool. */

export const equal = comparison('Equal', (onnx, pair) => onnx.node('Equal', pair))
export const notEqual = comparison('NotEqual', (onnx, pair) => onnx.node('Not', [onnx.node('Equal', pair)]))
export const greater = comparison('Greater', (onnx, pair) => onnx.node('Greater', pair))
export const greaterEqual = comparison('GreaterEqual', (onnx, pair) => onnx.node('GreaterOrEqual', pair))
export const less = comparison('Less', (onnx, pair) => onnx.node('Less', pair))
export const lessEqual = comparison('LessEqual', (onnx, pair) => onnx.node('LessOrEqual', pair))

export const logicalAnd = logic('LogicalAnd', 'And')
export const logicalOr = logic('LogicalOr', 'Or')

/** Operands of different types are brought to the wider one; bools are compared as int32. */
function comparison(name: string, write: (onnx: OnnxGraph, names: readonly string[]) => string) {
  return elementwise({
    name,
    semantics: `TensorFlow ${name}`,
    operandType: (operands) => {
      const type = promotedType(operands)
      return type === 'bool' ? 'int32' : type
    },
    resultType: () => 'bool',
    write,
  })
}

function logic(name: string, onnxType: string) {
  return elementwise({
    name,
    semantics: `TensorFlow ${name}`,
    operandType: expectBools,
    write: (onnx, names) => onnx.node(onnxType, names),
  })
}

function expectBools(operands: readonly Value[]): ElementType {
  for (const { type } of operands) if (type !== 'bool') throw new NotCompiled(`an operand of type ${type}`)
  return 'bool'
}
