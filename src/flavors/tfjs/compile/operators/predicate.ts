import { type Operator, operator } from '../graph/operator.ts'
import type { Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Questions about each float. */

export const isNan = predicate('IsNan', (lowering, name) => lowering.onnx.node('IsNaN', [name]))
export const isInf = predicate('IsInf', (lowering, name) => lowering.onnx.node('IsInf', [name]))

/** A number less itself is 0 where it is finite, and no number otherwise. */
export const isFiniteNumber = predicate('IsFinite', (lowering, name) =>
  lowering.onnx.node('Equal', [lowering.onnx.node('Sub', [name, name]), lowering.onnx.scalar('float32', 0)]),
)

function predicate(name: string, ask: (lowering: Lowering, name: string) => string): Operator<null> {
  return operator({
    name,
    semantics: `TensorFlow ${name}`,
    infer: ([x]) => {
      requireFloat(x!)
      return [{ type: 'bool' as const, shape: x!.shape }]
    },
    lower: (lowering, { operands: [x], results }) => {
      const layout = lowering.layoutOf(x!)
      lowering.define(results[0]!, ask(lowering, lowering.in(layout, x!)), layout)
    },
  })
}

function requireFloat({ type }: Value): void {
  if (type !== 'float32') throw new NotCompiled(`an operand of type ${type}`)
}
