import type { LayerRow } from './layer-row.ts'
import { ADVANCED_ACTIVATIONS } from './rows/advanced-activations.ts'
import { CONVOLUTIONAL } from './rows/convolutional.ts'
import { CORE } from './rows/core.ts'
import { EMBEDDINGS } from './rows/embeddings.ts'
import { MERGE } from './rows/merge.ts'
import { NORMALIZATION } from './rows/normalization.ts'
import { PADDING } from './rows/padding.ts'
import { POOLING } from './rows/pooling.ts'
import { PREPROCESSING } from './rows/preprocessing.ts'
import { RECURRENT } from './rows/recurrent.ts'
import { WRAPPERS } from './rows/wrappers.ts'

const ROWS: readonly LayerRow[] = [
  ...CORE,
  ...ADVANCED_ACTIVATIONS,
  ...CONVOLUTIONAL,
  ...POOLING,
  ...PADDING,
  ...NORMALIZATION,
  ...MERGE,
  ...EMBEDDINGS,
  ...PREPROCESSING,
  ...RECURRENT,
  ...WRAPPERS,
]

/** The layers that are compiled, by Keras's class name. */
export const LAYER_TABLE: ReadonlyMap<string, LayerRow> = new Map(ROWS.map((row) => [row.className, row]))
