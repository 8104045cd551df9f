import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Tensor } from '../../../core/tensor.ts'
import type { TensorSpec } from '../../../signature/model-signature.ts'
import type { NumberList } from '../../json-numbers/number-list.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { discoveringReader, type ElementReader, elementReader } from './element-reader.ts'
import type { NumberSource } from './number-source.ts'

/** Makes the tensor of one input of the model from one list of numbers. */
export class TensorReader {
  readonly name: string
  readonly #datatype: TensorMetadata['datatype']
  /** -1 where any size is taken, by the signature and by the model; undefined where any shape is. */
  readonly #shape: readonly number[] | undefined
  readonly #elements: ElementReader

  private constructor(input: TensorMetadata, shape: readonly number[] | undefined, elements: ElementReader) {
    this.name = input.name
    this.#datatype = input.datatype
    this.#shape = shape
    this.#elements = elements
  }

  /**
   * @param spec what the signature says of the input; undefined without a signature, where NumPy finds the dtype.
   * @returns undefined where the general path must look at every list.
   */
  static compile(
    input: TensorMetadata,
    spec: TensorSpec | undefined,
    castsNumbers: boolean,
  ): TensorReader | undefined {
    const { datatype } = input
    const shape = input.shape.length === 0 ? undefined : input.shape
    if (spec === undefined) return new TensorReader(input, shape, discoveringReader(datatype, castsNumbers))
    const elements = elementReader(spec.dtype as Dtype, datatype, castsNumbers)
    if (elements === undefined || (shape !== undefined && shape.length !== spec.shape.length))
      return undefined
    return new TensorReader(input, shape === undefined ? spec.shape : stricter(shape, spec.shape), elements)
  }

  read(list: NumberList, numbers: NumberSource): Tensor | undefined {
    const { shape } = list
    if (list.count === 0 || !this.#takes(shape)) return undefined
    const data = this.#elements(list, numbers)
    if (data === undefined) return undefined
    return { datatype: this.#datatype, shape: shape.slice(), data } as Tensor
  }

  #takes(given: readonly number[]): boolean {
    const shape = this.#shape
    if (shape === undefined) return given.length > 0
    if (shape.length !== given.length || given.length === 0) return false
    for (let axis = 0; axis < given.length; axis++) {
      if (shape[axis] !== -1 && shape[axis] !== given[axis]) return false
    }
    return true
  }
}

function stricter(a: readonly number[], b: readonly number[]): number[] {
  // Two different fixed sizes leave none that fits both: a size that no list has.
  return a.map((dim, i) => (dim === -1 || dim === b[i] ? (b[i] as number) : b[i] === -1 ? dim : -2))
}
