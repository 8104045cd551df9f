import { exactInt64, message, nested, repeated, text } from '../message.ts'

export const InputTag = message('InputTag', {
  key: text(),
  value: text(),
})

export const Dataset = message('Dataset', {
  name: text(),
  digest: text(),
  source_type: text(),
  source: text(),
  schema: text(),
  profile: text(),
})

export const DatasetInput = message('DatasetInput', {
  tags: repeated(nested(InputTag)),
  dataset: nested(Dataset),
})

export const ModelInput = message('ModelInput', {
  model_id: text(),
})

export const ModelOutput = message('ModelOutput', {
  model_id: text(),
  step: exactInt64(),
})

export const RunInputs = message('RunInputs', {
  dataset_inputs: repeated(nested(DatasetInput)),
  model_inputs: repeated(nested(ModelInput)),
})

export const RunOutputs = message('RunOutputs', {
  model_outputs: repeated(nested(ModelOutput)),
})

export const LogInputs = message('LogInputs', {
  run_id: text(),
  datasets: repeated(nested(DatasetInput)),
  models: repeated(nested(ModelInput)),
})

export const LogOutputs = message('LogOutputs', {
  run_id: text(),
  models: repeated(nested(ModelOutput)),
})

export const DatasetSummary = message('DatasetSummary', {
  experiment_id: text(),
  name: text(),
  digest: text(),
  context: text(),
})

export const SearchDatasets = message('SearchDatasets', {
  experiment_ids: repeated(text()),
})

export const SearchDatasetsResponse = message('SearchDatasets.Response', {
  dataset_summaries: repeated(nested(DatasetSummary)),
})
