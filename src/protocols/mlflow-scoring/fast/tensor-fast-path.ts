import type { TensorMetadata } from '../../../core/predictor.ts'
import { isRecord } from '../../../core/record.ts'
import { elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import type { TensorSpec } from '../../../signature/model-signature.ts'
import type { FastPath } from './fast-path.ts'
import { NumberFiller, shapeOfFirst } from './number-filler.ts'

interface FloatInput {
  readonly name: string
  readonly datatype: 'FP32' | 'FP64'
  /** -1 where any size is taken, by the signature and by the model. */
  readonly shape: readonly number[]
}

/**
 * For float tensors given as nested lists of numbers: with a signature whose dtypes are the model's own, or none at
 * all, in which case NumPy must find float64 for the list.
 */
export class TensorFastPath implements FastPath {
  readonly #inputs: readonly FloatInput[]
  readonly #isSigned: boolean
  /** A tensor without a name cannot be given by one. */
  readonly #isNamed: boolean

  private constructor(inputs: readonly FloatInput[], tensors: readonly TensorSpec[] | undefined) {
    this.#inputs = inputs
    this.#isSigned = tensors !== undefined
    this.#isNamed = tensors?.[0]?.name !== undefined || tensors === undefined
  }

  /** Undefined where the general path must look at every request. */
  static compile(
    tensors: readonly TensorSpec[] | undefined,
    inputs: readonly TensorMetadata[],
  ): TensorFastPath | undefined {
    const compiled = inputs.map((input) => compileInput(input, tensors))
    if (compiled.length === 0 || compiled.includes(undefined)) return undefined
    if (tensors !== undefined && tensors.length !== inputs.length) return undefined
    return new TensorFastPath(compiled as FloatInput[], tensors)
  }

  decode(form: string, value: unknown): TensorMap | undefined {
    if (form !== 'inputs' && form !== 'instances') return undefined
    const [only] = this.#inputs
    if (Array.isArray(value)) {
      if (only === undefined || this.#inputs.length > 1) return undefined
      const tensor = this.#tensor(only, value)
      return tensor === undefined ? undefined : new Map([[only.name, tensor]])
    }
    return this.#isNamed && form === 'inputs' && isRecord(value) ? this.#named(value) : undefined
  }

  #named(values: Readonly<Record<string, unknown>>): TensorMap | undefined {
    if (Object.keys(values).length !== this.#inputs.length) return undefined
    const tensors = new Map<string, Tensor>()
    for (const input of this.#inputs) {
      const tensor = Object.hasOwn(values, input.name) ? this.#tensor(input, values[input.name]) : undefined
      if (tensor === undefined) return undefined
      tensors.set(input.name, tensor)
    }
    return tensors
  }

  #tensor(input: FloatInput, value: unknown): Tensor | undefined {
    const shape = shapeOfFirst(value, input.shape.length)
    if (shape === undefined) return undefined
    for (let i = 0; i < shape.length; i++) {
      if (input.shape[i] !== -1 && input.shape[i] !== shape[i]) return undefined
    }
    const count = elementCount(shape)
    const data = input.datatype === 'FP32' ? new Float32Array(count) : new Float64Array(count)
    const filler = new NumberFiller(this.#isSigned)
    if (!filler.fillNested(data, value, shape)) return undefined
    // Whole numbers alone may be an int64 array, which the model refuses.
    if (!this.#isSigned && !filler.sawFraction) return undefined
    return { datatype: input.datatype, shape, data } as Tensor
  }
}

function compileInput(
  { name, datatype, shape }: TensorMetadata,
  tensors: readonly TensorSpec[] | undefined,
): FloatInput | undefined {
  if (shape.length === 0 || (datatype !== 'FP32' && datatype !== 'FP64')) return undefined
  if (tensors === undefined) return { name, datatype, shape }
  const spec = tensors.find((tensor) => (tensor.name ?? name) === name)
  if (spec === undefined || spec.shape.length !== shape.length) return undefined
  const isCast = datatype === 'FP32' && spec.dtype === 'float64'
  if (!isCast && spec.dtype !== (datatype === 'FP32' ? 'float32' : 'float64')) return undefined
  return { name, datatype, shape: stricter(shape, spec.shape) }
}

function stricter(a: readonly number[], b: readonly number[]): number[] {
  // Two different fixed sizes leave none that fits both: a size that no list has.
  return a.map((dim, i) => (dim === -1 || dim === b[i] ? (b[i] as number) : b[i] === -1 ? dim : -2))
}
