import type { Parameters } from '../../core/inference.ts'
import type { Tensor } from '../../core/tensor.ts'
import type { WireDatatype } from './wire-datatype.ts'

/** A tensor as a client sent it, by whichever transport; nothing is known yet of the model that it is for. */
export interface GivenTensor {
  readonly name: string
  /** As the client named it; `tensor` has FP32 for BF16. */
  readonly datatype: WireDatatype
  readonly tensor: Tensor
}

export interface WantedOutput {
  readonly name: string
  /** REST: as bytes after the JSON (`binary_data` of the output, else `binary_data_output` of the request). */
  readonly binary: boolean
  /** How many of the largest values are wanted, as texts (Triton's classification extension); 0 for the tensor itself. */
  readonly classes: number
}

/** An inference request of the Open Inference Protocol after its transport's form is gone. */
export interface GivenRequest {
  readonly id: string | undefined
  /** Of the request as a whole, those that the protocol itself reads included. */
  readonly parameters: Parameters
  readonly inputs: readonly GivenTensor[]
  /** All outputs are wanted where there are none. */
  readonly outputs: readonly WantedOutput[]
  /** REST: outputs for which nothing else is said come as bytes. */
  readonly binaryOutputs: boolean
}
