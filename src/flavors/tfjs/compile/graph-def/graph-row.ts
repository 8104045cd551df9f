import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import type { NodeAttributes } from './node-attributes.ts'

/** A node whose operands have been read. */
export interface ReadNode {
  readonly name: string
  readonly op: string
  readonly attributes: NodeAttributes
}

/** A row of the table of TensorFlow's operators. */
export interface GraphRow {
  /** Operators of a GraphDef that are read alike. */
  readonly names: readonly string[]
  /** How tfjs-converter's executor differs from TensorFlow, or what the row leaves out. */
  readonly semantics: string
  /** How many operands there are at least. */
  readonly operands: number
  /**
   * Adds what the node stands for. @returns its results, from the first on.
   * @throws NotCompiled
   */
  read(node: ReadNode, operands: readonly Value[], graph: Graph): Value | readonly Value[]
}
