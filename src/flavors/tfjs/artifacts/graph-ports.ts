import type { TensorMetadata } from '../../../core/predictor.ts'
import type { ModelArtifacts } from './model-artifacts.ts'

/** An input or output of a graph model. `name` is what TF.js calls it: the signature's key, else the node's name. */
export interface GraphPortInfo extends TensorMetadata {
  readonly datatype: 'FP32' | 'INT32' | 'BOOL' | 'BYTES'
  /** The tensor of the GraphDef: `image` or `split:1`. */
  readonly node: string
}

export interface GraphPorts {
  readonly inputs: readonly GraphPortInfo[]
  readonly outputs: readonly GraphPortInfo[]
}

/**
 * Inputs and outputs of a graph model, in TF.js's order (`inputNodes` and `outputNodes` of tfjs-converter 4.22). An
 * output that no signature describes is unranked, and FP32 unless its node tells another type.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function graphPorts(
  _artifacts: Pick<ModelArtifacts, 'topology' | 'signature' | 'userDefinedMetadata'>,
): GraphPorts {
  throw new Error('not read yet')
}
