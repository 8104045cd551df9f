import {
  type DescribedModel,
  describeModel,
  type ModelMetadata,
} from '../../protocols/open-inference/documents/describe-model.ts'
import { type ModelConfig, modelConfig } from '../../protocols/open-inference/documents/model-config.ts'
import type { ServedModel } from '../../runtime/served-model.ts'

/** @param versions all that are served under the model's name. */
export function metadataOf(model: ServedModel, versions: readonly string[]): ModelMetadata {
  return describeModel(described(model, versions))
}

/** @param versions all that are served under the model's name. */
export function configOf(model: ServedModel, versions: readonly string[]): ModelConfig {
  return modelConfig(described(model, versions))
}

function described({ name, mlmodel, predictor }: ServedModel, versions: readonly string[]): DescribedModel {
  const { inputs, outputs, batchable, maxBatchRows } = predictor
  return { name, versions, flavor: mlmodel.flavor, inputs, outputs, batchable, maxBatchRows }
}
