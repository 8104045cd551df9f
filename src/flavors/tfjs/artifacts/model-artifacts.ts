import type { TfjsFormat } from '../../tfjs-model-json.ts'
import type { ConstantData } from './constant-data.ts'

/** A weight as the manifest of a model.json describes it (tfjs-core 4.22, `io_handlers.WeightsManifestEntry`), checked. */
export interface WeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64'
  readonly quantization?: {
    readonly dtype: 'uint8' | 'uint16' | 'float16'
    readonly scale?: number
    readonly min?: number
  }
  /** An optimizer's state is saved among the weights where a model was saved with it, and is none of the model's. */
  readonly group?: 'model' | 'optimizer'
}

/** A TF.js model that has been read from its folder: files checked, weights complete. */
export interface ModelArtifacts {
  readonly format: TfjsFormat
  /** `modelTopology`, unchecked: a Keras configuration or a GraphDef. */
  readonly topology: Readonly<Record<string, unknown>>
  /** `signature` of a graph model, unchecked. */
  readonly signature: Readonly<Record<string, unknown>> | undefined
  /** `modelInitializer` and `initializerSignature` of a graph model with hash tables, unchecked. */
  readonly initializer: unknown
  readonly initializerSignature: unknown
  readonly userDefinedMetadata: unknown
  readonly generatedBy: string | undefined
  readonly convertedBy: string | undefined
  readonly weightSpecs: readonly WeightSpec[]
  /** All shards of all groups, one after the other: the weights in the order of `weightSpecs`, without gaps. */
  readonly weightData: ArrayBuffer
  /** SHA-256 of model.json and all shards, in hexadecimal. */
  readonly digest: string
}

/** Weights by name, decoded: quantised ones are float32 or int32 again. Texts are left out: nothing compiles them. */
export type Weights = ReadonlyMap<string, ConstantData>
