import { io } from '@tensorflow/tfjs-core'
import type { ModelArtifacts, WeightSpec } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { buildModel } from './layers-builder.ts'
import type { LayersRecipe } from './layers-recipe.ts'
import type { SweepModel } from './sweep-model.ts'

/** What `save` writes of the model of a recipe. @throws what TF.js refuses it with. */
export async function layersModel(recipe: LayersRecipe): Promise<SweepModel> {
  const model = buildModel(recipe)
  try {
    let artifacts: ModelArtifacts | undefined
    const keep = io.withSaveHandler(async (saved) => {
      artifacts = artifactsOf(saved, recipe)
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    })
    await model.save(keep)
    const inputs = recipe.inputs.map((input, index) => ({
      ...input,
      name: model.inputNames[index]!,
      type: model.inputs[index]!.dtype as 'float32' | 'int32',
    }))
    return { artifacts: artifacts!, inputs }
  } finally {
    model.dispose()
  }
}

/** Half of the topologies are as Keras writes them. */
function artifactsOf(
  { modelTopology, weightSpecs, weightData }: io.ModelArtifacts,
  { seed }: LayersRecipe,
): ModelArtifacts {
  const topology = JSON.parse(JSON.stringify(modelTopology)) as Record<string, unknown>
  return {
    format: 'layers-model',
    topology:
      seed % 2 === 0 ? topology : { keras_version: '2.4.0', backend: 'tensorflow', model_config: topology },
    signature: undefined,
    initializer: undefined,
    initializerSignature: undefined,
    userDefinedMetadata: undefined,
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    convertedBy: undefined,
    weightSpecs: weightSpecs as WeightSpec[],
    weightData: new io.CompositeArrayBuffer(weightData).slice(),
    digest: '',
  }
}
