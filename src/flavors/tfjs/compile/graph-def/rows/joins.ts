import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { knownIntegers } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { concatenate } from '../../operators/concatenation.ts'
import { pack } from '../../operators/pack.ts'
import { tile, tileBy } from '../../operators/tile.ts'
import { knownNumber, normalAxis } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'

export const JOINS: readonly GraphRow[] = [
  {
    names: ['ConcatV2'],
    semantics: 'TensorFlow ConcatV2 with a constant axis, the last operand',
    operands: 2,
    read: ({ attributes }, operands, graph) =>
      concatenated(operands.slice(0, -1).slice(0, attributes.integer('N', 2)), operands.at(-1)!, graph),
  },
  {
    names: ['Concat'],
    semantics: 'TensorFlow Concat with a constant axis, the first operand',
    operands: 2,
    read: ({ attributes }, [axis, ...parts], graph) =>
      concatenated(parts.slice(0, attributes.integer('N', 2)), axis!, graph),
  },
  {
    names: ['Pack'],
    semantics: 'TensorFlow Pack of operands of one shape',
    operands: 1,
    read: ({ attributes }, operands, graph) => {
      const axis = normalAxis(attributes.integer('axis', 0), operands[0]!.shape.length + 1)
      return packedConstant(operands, graph) ?? graph.add(pack, operands, { axis })
    },
  },
  {
    names: ['Tile'],
    semantics: 'TensorFlow Tile',
    operands: 2,
    read: (_, [x, repeats], graph) => {
      const known = knownIntegers(repeats!)
      return known === undefined
        ? graph.add(tileBy, [x!, repeats!], null)
        : graph.add(tile, [x!], { repeats: known })
    },
  },
]

function concatenated(parts: readonly Value[], axis: Value, graph: Graph): Value {
  const [first, ...others] = parts
  if (first === undefined) throw new NotCompiled('nothing to put together')
  const at = normalAxis(knownNumber(axis, 'an axis'), first.shape.length)
  return others.length === 0 ? first : graph.add(concatenate, parts, { axis: at })
}

/** A shape whose numbers are all known is a constant. */
function packedConstant(operands: readonly Value[], graph: Graph): Value | undefined {
  const known = operands.map((operand) =>
    operand.shape.length === 0 ? knownIntegers(operand)?.[0] : undefined,
  )
  if (operands.some(({ type }) => type !== 'int32') || known.includes(undefined)) return undefined
  return graph.integers(known as readonly number[])
}
