import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../../core/tensor.ts'

/**
 * MLflow feeds the columns of a frame to several inputs as vectors, which a model with inputs of the shape (rows, 1), as
 * scikit-learn's have, would refuse: such inputs are fed as vectors and given their second dimension afterwards.
 */
export class SingleColumns {
  /** What is fed, in place of the model's own inputs. */
  readonly inputs: readonly TensorMetadata[]
  readonly #names: ReadonlySet<string>

  constructor(inputs: readonly TensorMetadata[]) {
    const single = inputs.length > 1 ? inputs.filter(isSingleColumn) : []
    this.#names = new Set(single.map(({ name }) => name))
    this.inputs = inputs.map((input) =>
      this.#names.has(input.name) ? { ...input, shape: input.shape.slice(0, 1) } : input,
    )
  }

  restore(tensors: TensorMap): TensorMap {
    if (this.#names.size === 0) return tensors
    return new Map(Array.from(tensors, ([name, tensor]) => [name, this.#restored(name, tensor)]))
  }

  #restored(name: string, tensor: Tensor): Tensor {
    return this.#names.has(name) ? { ...tensor, shape: [...tensor.shape, 1] } : tensor
  }
}

function isSingleColumn({ shape }: TensorMetadata): boolean {
  return shape.length === 2 && (shape[1] === 1 || shape[1] === -1)
}
