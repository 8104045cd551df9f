import { checkGraph } from './check-graph.ts'
import { checkLayers } from './check-layers.ts'
import type { ModelArtifacts } from './model-artifacts.ts'

/**
 * Whether TF.js knows what a model is made of. Each error names the layer or node and says what to do.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkTopology(artifacts: Omit<ModelArtifacts, 'weightData' | 'digest'>): void {
  if (artifacts.format === 'layers-model') checkLayers(artifacts.topology, artifacts.weightSpecs)
  else checkGraph(artifacts)
}
