import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import type { Datatype } from '../../../core/tensor.ts'
import { platformOf } from './platform.ts'

/** A model as the documents about it need it. */
export interface DescribedModel {
  /** The name it is served under. */
  readonly name: string
  /** All that are served under the name. */
  readonly versions: readonly string[]
  /** Of the MLmodel file. */
  readonly flavor: string
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly batchable: boolean
  /** Rows of the largest batch; Infinity where there is no such limit. */
  readonly maxBatchRows: number
}

/** `$metadata_tensor` of the specification. */
export interface MetadataTensor {
  readonly name: string
  readonly datatype: Datatype
  /** -1 where any size is taken. */
  readonly shape: readonly number[]
}

/** Open Inference Protocol, "Model Metadata Response JSON Object". */
export interface ModelMetadata {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly MetadataTensor[]
  readonly outputs: readonly MetadataTensor[]
}

/** The model's own tensors, as Triton shows them; a request may name the columns of the MLflow signature instead. */
export function describeModel({ name, versions, flavor, inputs, outputs }: DescribedModel): ModelMetadata {
  const { platform } = platformOf(flavor)
  return { name, versions, platform, inputs: inputs.map(tensor), outputs: outputs.map(tensor) }
}

function tensor({ name, datatype, shape, unranked }: TensorMetadata): MetadataTensor {
  return { name, datatype, shape: statedShape(shape, unranked) }
}

/** The protocol has no word for any number of dimensions: one of any size is the nearest, and [] would be a scalar. */
export function statedShape(shape: readonly number[], unranked: boolean | undefined): readonly number[] {
  return unranked === true ? [-1] : shape
}
