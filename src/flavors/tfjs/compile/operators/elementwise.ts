import { broadcastShape } from '../graph/broadcast.ts'
import type { Operator, OperatorUse } from '../graph/operator.ts'
import { operator } from '../graph/operator.ts'
import type { Dimension, ElementType, Value } from '../graph/value.ts'
import type { Layout, Lowering } from '../lower/lowering.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/** How operators are written whose operands are broadcast against each other. */
export interface ElementwiseRow {
  readonly name: string
  readonly semantics: string
  /** Type that the operands are cast to; NotCompiled for those that TF.js does not take. */
  readonly operandType: (operands: readonly Value[]) => ElementType
  /** Type of the result; that of the operands where absent. */
  readonly resultType?: (operandType: ElementType) => ElementType
  /** Writes the nodes. @returns the name of the result. */
  readonly write: (onnx: OnnxGraph, names: readonly string[], operands: Typed) => string
  /** One element of the result from those of the operands, for shapes; null where there is none. */
  readonly know?: (elements: readonly number[]) => Dimension
}

/** What the nodes of an element-wise operator depend on besides the operands' names. */
export interface Typed {
  readonly type: ElementType
  readonly values: readonly Value[]
}

export function elementwise(row: ElementwiseRow): Operator<null> {
  return operator<null>({
    name: row.name,
    semantics: row.semantics,
    infer: (operands) => {
      const type = row.operandType(operands)
      const shape = broadcastShape(operands.map((operand) => operand.shape))
      return [{ type: row.resultType?.(type) ?? type, shape }]
    },
    know: (operands) => (row.know === undefined ? undefined : knownElements(operands, row.know)),
    lower: (lowering, use) => lowerElementwise(lowering, row, use),
  })
}

function lowerElementwise(lowering: Lowering, row: ElementwiseRow, { operands, results }: OperatorUse<null>) {
  const type = row.operandType(operands)
  const [result] = results
  const { layout, names } = broadcastAs(lowering, operands, type, result!.shape.length)
  lowering.define(result!, row.write(lowering.onnx, names, { type, values: operands }), layout)
}

/** Names of operands in one layout and of one type. */
function broadcastAs(
  lowering: Lowering,
  operands: readonly Value[],
  type: ElementType,
  rank: number,
): { readonly layout: Layout; readonly names: readonly string[] } {
  const { layout, names } = lowering.broadcast(operands, rank)
  const cast = names.map((name, index) =>
    operands[index]!.type === type ? name : lowering.onnx.cast(name, type),
  )
  return { layout, names: cast }
}

/** Of int32 operands whose elements are known, wholly or in part. */
function knownElements(
  operands: readonly Value[],
  compute: (elements: readonly number[]) => Dimension,
): readonly Dimension[] | undefined {
  const lists = operands.map(({ type, elements }) => (type === 'int32' ? elements : undefined))
  if (!lists.every((list) => list !== undefined)) return undefined
  const length = lists.some((list) => list.length === 0) ? 0 : Math.max(...lists.map((list) => list.length))
  return Array.from({ length }, (_, index) => {
    const elements = lists.map((list) => list[list.length === 1 ? 0 : index] ?? null)
    return elements.includes(null) ? null : heldByInt32(compute(elements as readonly number[]))
  })
}

/** What wraps around is left to a run. */
function heldByInt32(element: Dimension): Dimension {
  return element !== null && (element | 0) === element ? element : null
}
