import type { Operator } from '../../graph/operator.ts'
import type { GraphRow } from '../graph-row.ts'

/** A row whose operator takes as many operands as TensorFlow's, in the same order, and no attributes. */
export function simpleRow(
  names: string | readonly string[],
  operator: Operator<null>,
  operands: number,
): GraphRow {
  return {
    names: typeof names === 'string' ? [names] : names,
    semantics: operator.semantics,
    operands,
    read: (_, values, graph) => graph.add(operator, values.slice(0, operands), null),
  }
}
