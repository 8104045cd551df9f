import { openTfjs } from '../../../../src/flavors/tfjs/engines/open-tfjs.ts'
import { describePredictor } from '../../../contract/predictor-contract.ts'
import { ENGINE_MODELS } from './support/engine-models.ts'
import { artifactsOf } from './support/open-engine-model.ts'

for (const backend of ['wasm', 'cpu'] as const) {
  for (const model of ENGINE_MODELS) {
    describePredictor(
      `${model.name}, in TF.js (${backend}),`,
      { open: async () => openTfjs(await artifactsOf(model), backend), inputs: model.inputs },
      model.skips,
    )
  }
}
