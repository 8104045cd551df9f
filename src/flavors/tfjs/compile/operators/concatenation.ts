import { operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import { channelsFirstAxis } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface ConcatenateAttributes {
  readonly axis: number
}

/** Of operands of one type and rank; they are put together with their channels first where one of them is there so. */
export const concatenate = operator<ConcatenateAttributes>({
  name: 'ConcatV2',
  semantics: 'TensorFlow ConcatV2',
  infer: (operands, { axis }) => {
    const { type } = operands[0]!
    if (operands.some((operand) => operand.type !== type)) throw new NotCompiled('operands of several types')
    return [
      {
        type,
        shape: joinedShape(
          operands.map(({ shape }) => shape),
          axis,
        ),
      },
    ]
  },
  know: (operands) => {
    const lists = operands.map(({ shape, elements }) => (shape.length === 1 ? elements : undefined))
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined
  },
  lower: (lowering, { operands, attributes: { axis }, results }) => {
    const isFirst = operands.some((operand) => lowering.layoutOf(operand) === 'channelsFirst')
    const layout = isFirst ? 'channelsFirst' : 'channelsLast'
    const names = filled(operands).map((operand) => lowering.in(layout, operand))
    const own = isFirst ? channelsFirstAxis(axis, operands[0]!.shape.length) : axis
    const isOne = names.length === 1
    lowering.define(
      results[0]!,
      isOne ? names[0]! : lowering.onnx.node('Concat', names, { axis: own }),
      layout,
    )
  },
})

/** Those that are not known to be empty; one of them where all are. */
function filled(operands: readonly Value[]): readonly Value[] {
  const rest = operands.filter(({ shape }) => !shape.includes(0))
  return rest.length === 0 ? operands.slice(0, 1) : rest
}

function joinedShape(shapes: readonly Shape[], axis: number): Shape {
  const rank = shapes[0]!.length
  if (axis < 0 || axis >= rank) throw new NotCompiled(`axis ${axis} of rank ${rank}`)
  if (shapes.some((shape) => shape.length !== rank)) throw new NotCompiled('operands of several ranks')
  return shapes[0]!.map((_, index) => {
    const dims = shapes.map((shape) => shape[index]!)
    return index === axis ? sumOf(dims) : commonOf(dims)
  })
}

function sumOf(dims: readonly Dimension[]): Dimension {
  return dims.includes(null) ? null : (dims as readonly number[]).reduce((sum, dim) => sum + dim, 0)
}

function commonOf(dims: readonly Dimension[]): Dimension {
  const known = new Set(dims.filter((dim) => dim !== null))
  if (known.size > 1) throw new NotCompiled(`dimensions of ${[...known].join(' and ')} side by side`)
  return [...known][0] ?? null
}
