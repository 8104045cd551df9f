import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import type { LayerConfig, LayerObject } from './layer-config.ts'

/**
 * What TF.js hands on beside a tensor: a bool of (rows, steps), false for steps that are to be ignored. `unusable` is
 * one that TF.js computes otherwise than Keras, so that no layer may use it here.
 */
export type Mask = Value | 'unusable' | undefined

/** A tensor between layers. */
export interface MaskedValue {
  readonly value: Value
  readonly mask: Mask
}

/** A row of the layer table: what a Keras layer of TF.js is in the graph of operators. */
export interface LayerRow {
  readonly className: string
  /** The class of tfjs-layers 4.22 whose `call` it says, which is the reference even where Keras differs. */
  readonly semantics: string
  /** Whether the layer reads the mask of its first input. @default false */
  readonly usesMask?: boolean
  /** Masks of the results; a layer without one drops the mask, as those of TF.js do that do not support masking. */
  mask?(call: LayerCall, results: readonly Value[]): readonly Mask[]
  /**
   * Adds operators for one call of a layer.
   * @throws NotCompiled where a configuration is not covered, ServingError INVALID_PARAMETER_VALUE where it is broken.
   */
  call(call: LayerCall): Value | readonly Value[]
}

/** One call of a layer. Of a shared layer there are several, which have their weights in common. */
export interface LayerCall {
  readonly graph: Graph
  readonly config: LayerConfig
  readonly inputs: readonly Value[]
  readonly masks: readonly Mask[]
  /** Finds a weight of the layer. @param name in the layer, `kernel`. */
  weight(name: string, shape: readonly number[]): Value
  /** Calls the layer within a wrapper, after which its weights are called. */
  callInner(inner: LayerObject, inputs: readonly MaskedValue[]): readonly MaskedValue[]
}

/** Fixes the type of a row. */
export function layerRow(row: LayerRow): LayerRow {
  return row
}

/** Hands the mask of the first input on to the first result. */
export function firstMask({ masks }: LayerCall): readonly Mask[] {
  return [masks[0]]
}
