import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import type { Datatype } from '../../../core/tensor.ts'
import { type DescribedModel, statedShape } from './describe-model.ts'
import { platformOf } from './platform.ts'

export interface ConfigInput {
  readonly name: string
  readonly data_type: string
  readonly format: 'FORMAT_NONE'
  /** Without the dimension of rows where `max_batch_size` is above 0. */
  readonly dims: readonly number[]
  readonly is_shape_tensor: false
  readonly allow_ragged_batch: false
  readonly optional: false
}

export interface ConfigOutput {
  readonly name: string
  readonly data_type: string
  readonly dims: readonly number[]
  readonly label_filename: ''
  readonly is_shape_tensor: false
}

/** The part of Triton's `ModelConfig` (`model_config.proto`) that a model here has, by its field names. */
export interface ModelConfig {
  readonly name: string
  readonly platform: string
  readonly backend: string
  readonly version_policy: { readonly latest: { readonly num_versions: number } }
  /** 0 where the first dimension is not a free number of rows. */
  readonly max_batch_size: number
  readonly input: readonly ConfigInput[]
  readonly output: readonly ConfigOutput[]
  /** There where requests share runs. */
  readonly dynamic_batching?: {
    readonly preferred_batch_size: readonly number[]
    readonly max_queue_delay_microseconds: 0
  }
  /** `class_labels.NAME`: the labels of an output's last dimension, a JSON list. */
  readonly parameters: Readonly<Record<string, { readonly string_value: string }>>
}

const INT32_MAX = 2 ** 31 - 1

/** Triton's model configuration of a model, which its clients ask for its batch size. */
export function modelConfig(model: DescribedModel): ModelConfig {
  const { name, versions, flavor, inputs, outputs, batchable, maxBatchRows } = model
  return {
    name,
    ...platformOf(flavor),
    version_policy: { latest: { num_versions: Math.max(1, versions.length) } },
    max_batch_size: batchable ? Math.min(maxBatchRows, INT32_MAX) : 0,
    input: inputs.map((input) => configInput(input, batchable)),
    output: outputs.map((output) => configOutput(output, batchable)),
    ...(batchable ? { dynamic_batching: { preferred_batch_size: [], max_queue_delay_microseconds: 0 } } : {}),
    parameters: Object.fromEntries(outputs.flatMap(labels)),
  }
}

function configInput(input: TensorMetadata, batchable: boolean): ConfigInput {
  return {
    name: input.name,
    data_type: dataType(input.datatype),
    format: 'FORMAT_NONE',
    dims: dims(input, batchable),
    is_shape_tensor: false,
    allow_ragged_batch: false,
    optional: false,
  }
}

function configOutput(output: OutputMetadata, batchable: boolean): ConfigOutput {
  return {
    name: output.name,
    data_type: dataType(output.datatype),
    dims: dims(output, batchable),
    label_filename: '',
    is_shape_tensor: false,
  }
}

function dims({ shape, unranked }: TensorMetadata, batchable: boolean): readonly number[] {
  const stated = statedShape(shape, unranked)
  return batchable ? stated.slice(1) : stated
}

function dataType(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`
}

function labels({ name, classLabels }: OutputMetadata): readonly [string, { string_value: string }][] {
  if (classLabels === undefined) return []
  return [[`class_labels.${name}`, { string_value: JSON.stringify(classLabels.map(String)) }]]
}
