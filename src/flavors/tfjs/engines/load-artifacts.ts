import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import type { TfArtifacts } from './tensorflow.ts'

/** Gives TF.js what was read: its loaders take whatever can `load`, and touch neither disk nor network then. */
export function inMemory(artifacts: ModelArtifacts): { load(): Promise<TfArtifacts> } {
  const known = {
    modelTopology: artifacts.topology,
    format: artifacts.format,
    generatedBy: artifacts.generatedBy,
    convertedBy: artifacts.convertedBy,
    signature: artifacts.signature,
    userDefinedMetadata: artifacts.userDefinedMetadata,
    modelInitializer: artifacts.initializer,
    initializerSignature: artifacts.initializerSignature,
    weightSpecs: artifacts.weightSpecs,
    weightData: artifacts.weightData,
  }
  // Unchecked JSON, as TF.js itself would have read it.
  return { load: async () => known as unknown as TfArtifacts }
}
