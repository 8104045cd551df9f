import type { ModelArtifacts } from '../../artifacts/model-artifacts.ts'
import type { Graph } from '../graph/graph.ts'
import { NotCompiled } from '../not-compiled.ts'

/**
 * A graph model (TensorFlow's GraphDef as JSON) as a graph of operators.
 * @throws NotCompiled for what is not covered, ServingError INVALID_PARAMETER_VALUE for what is broken.
 */
export function readGraphModel(_artifacts: ModelArtifacts): Graph {
  throw new NotCompiled('graph models are not compiled yet')
}
