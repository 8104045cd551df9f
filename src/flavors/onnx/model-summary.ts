import type { WireField } from './wire-file.ts'

/** What kind of value an ONNX graph takes or gives. */
export type ValueKind = 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse tensor' | 'value without a type'

/** An input or output of the main graph. */
export interface ValueSummary {
  readonly name: string
  readonly kind: ValueKind
  /** `TensorProto.DataType` of a tensor; 0 otherwise. */
  readonly elementType: number
  /** Undefined where the file leaves the number of dimensions open. */
  readonly rank: number | undefined
  readonly field: WireField
}

export interface OperatorUse {
  /** '' for ONNX's own. */
  readonly domain: string
  readonly opType: string
}

/** Where a tensor keeps its values outside the model file: foreign text, unchecked. */
export interface ExternalData {
  readonly tensor: string
  readonly location: string
  readonly offset: string | undefined
  readonly length: string | undefined
}

/** What an ONNX file says of itself, weights left out. */
export interface ModelSummary {
  readonly irVersion: number
  /** Operator set versions by domain. */
  readonly opsets: ReadonlyMap<string, number>
  /** Each operator once, wherever it is used: main graph, subgraphs, functions. */
  readonly operators: readonly OperatorUse[]
  /** The model's own functions, which look like operators where they are used. */
  readonly functions: readonly OperatorUse[]
  /** Without those that only give an initialiser a name. */
  readonly inputs: readonly ValueSummary[]
  readonly outputs: readonly ValueSummary[]
  readonly externalData: readonly ExternalData[]
  /** The main graph; more than one field means that a reader has to merge them. */
  readonly graphs: readonly WireField[]
  /** Nodes of the main graph whose operator is ZipMap. */
  readonly zipMaps: readonly WireField[]
}
