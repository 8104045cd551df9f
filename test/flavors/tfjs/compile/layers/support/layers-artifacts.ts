import { io } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type {
  ModelArtifacts,
  WeightSpec,
} from '../../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'

/** A model as it is read after `tf.LayersModel.save`, without files in between. */
export async function layersArtifacts(model: LayersModel): Promise<ModelArtifacts> {
  let saved: io.ModelArtifacts | undefined
  const handler = io.withSaveHandler(async (artifacts) => {
    saved = artifacts
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  })
  await model.save(handler)
  const { modelTopology, weightSpecs = [], weightData } = saved!
  return {
    format: 'layers-model',
    topology: JSON.parse(JSON.stringify(modelTopology)) as Record<string, unknown>,
    signature: undefined,
    initializer: undefined,
    initializerSignature: undefined,
    userDefinedMetadata: undefined,
    generatedBy: undefined,
    convertedBy: undefined,
    weightSpecs: weightSpecs as readonly WeightSpec[],
    weightData: new io.CompositeArrayBuffer(weightData).slice(),
    digest: '',
  }
}
