import type { ModelArtifacts } from '../../artifacts/model-artifacts.ts'
import type { Graph } from '../graph/graph.ts'
import { NotCompiled } from '../not-compiled.ts'

/**
 * A layers model (Keras topology) as a graph of operators.
 * @throws NotCompiled for what is not covered, ServingError INVALID_PARAMETER_VALUE for what is broken.
 */
export function readLayersModel(_artifacts: ModelArtifacts): Graph {
  throw new NotCompiled('layers models are not compiled yet')
}
