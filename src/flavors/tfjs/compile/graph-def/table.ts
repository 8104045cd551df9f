import type { GraphRow } from './graph-row.ts'
import { ARITHMETIC } from './rows/arithmetic.ts'
import { COMPARISONS } from './rows/comparisons.ts'
import { CONVOLUTIONS } from './rows/convolutions.ts'
import { CREATION } from './rows/creation.ts'
import { FUNCTIONS } from './rows/functions.ts'
import { IMAGES } from './rows/images.ts'
import { JOINS } from './rows/joins.ts'
import { MATRICES } from './rows/matrices.ts'
import { NORMALIZATION } from './rows/normalization.ts'
import { PASSING } from './rows/passing.ts'
import { PICKS } from './rows/picks.ts'
import { POOLING } from './rows/pooling.ts'
import { REDUCTIONS } from './rows/reductions.ts'
import { SHAPES } from './rows/shapes.ts'
import { SLICES } from './rows/slices.ts'
import { SPACE_BATCH } from './rows/space-batch.ts'

/** TensorFlow's operators as far as they are compiled. */
export const GRAPH_TABLE: readonly GraphRow[] = [
  ...ARITHMETIC,
  ...COMPARISONS,
  ...CONVOLUTIONS,
  ...CREATION,
  ...FUNCTIONS,
  ...IMAGES,
  ...JOINS,
  ...MATRICES,
  ...NORMALIZATION,
  ...PASSING,
  ...PICKS,
  ...POOLING,
  ...REDUCTIONS,
  ...SHAPES,
  ...SLICES,
  ...SPACE_BATCH,
]

const ROWS: ReadonlyMap<string, GraphRow> = new Map(
  GRAPH_TABLE.flatMap((row) => row.names.map((name) => [name, row] as const)),
)

/** The row of an operator of TensorFlow, by its name in a GraphDef. */
export function rowOf(name: string): GraphRow | undefined {
  return ROWS.get(name)
}
