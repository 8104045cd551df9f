import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { Dims } from './layers-recipe.ts'

export interface GraphInput {
  readonly type: ElementType
  readonly shape: Dims
  /** Values are integers from 0 to below it. */
  readonly below?: number
}

export interface GraphConstant {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** `in0` is the first input, `n2:1` the second result of the third node. */
export type GraphRef = string

/** A node of a GraphDef with its constants. */
export interface GraphStep {
  readonly op: string
  readonly from: readonly (GraphRef | GraphConstant)[]
  /** Attributes as a GraphDef in JSON has them. */
  readonly attr: Readonly<Record<string, unknown>>
}

/** A graph model in plain data: it can be printed, cut and built again. */
export interface GraphRecipe {
  readonly inputs: readonly GraphInput[]
  readonly steps: readonly GraphStep[]
  readonly outputs: readonly GraphRef[]
  /** Whether it has a signature, as all newer models have. */
  readonly isSigned: boolean
}

/** Attributes as tfjs-converter writes them. */
export const attr = {
  type: (type: ElementType) => ({ type: GRAPH_TYPES[type] }),
  int: (value: number) => ({ i: String(value) }),
  float: (value: number) => ({ f: value }),
  bool: (value: boolean) => ({ b: value }),
  text: (value: string) => ({ s: base64(value) }),
  ints: (values: readonly number[]) => ({ list: { i: values.map(String) } }),
  texts: (values: readonly string[]) => ({ list: { s: values.map(base64) } }),
} as const

export const GRAPH_TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' } as const

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
