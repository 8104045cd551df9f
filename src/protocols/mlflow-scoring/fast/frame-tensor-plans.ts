import type { TensorMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { TensorSpec } from '../../../signature/model-signature.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { FormName } from '../forms/envelope.ts'
import type { BodyPlan } from './body-plan.ts'
import type { CellLayout } from './cell-layout.ts'
import { findLayout, namelessLayout } from './find-layout.ts'
import { TensorReader } from './tensor-reader.ts'

/** Plans for frames whose cells, row by row, are the one input of a model: with an unnamed float tensor as signature, or none. */
export class FrameTensorPlans {
  readonly #reader: TensorReader
  readonly #isSigned: boolean

  private constructor(reader: TensorReader, isSigned: boolean) {
    this.#reader = reader
    this.#isSigned = isSigned
  }

  /** Undefined where the general path must look at every request. */
  static compile(
    specs: readonly TensorSpec[] | undefined,
    inputs: readonly TensorMetadata[],
    castsNumbers: boolean,
  ): FrameTensorPlans | undefined {
    const [input, ...more] = inputs
    if (input === undefined || more.length > 0 || (specs !== undefined && !isFloatMatrix(specs)))
      return undefined
    const reader = TensorReader.compile(input, specs?.[0], castsNumbers)
    return reader === undefined ? undefined : new FrameTensorPlans(reader, specs !== undefined)
  }

  plan(form: FormName, value: unknown): BodyPlan | undefined {
    if (form !== 'dataframe_split' && form !== 'dataframe_records') return undefined
    const layout = findLayout(form, value, undefined)?.layout ?? namelessLayout(form, value)
    if (layout === undefined) return undefined
    return new WholeFrame(this.#reader, layout, this.#isSigned ? 0 : NumberTraits.NULL | NumberTraits.BOOLEAN)
  }
}

function isFloatMatrix([spec, ...more]: readonly TensorSpec[]): boolean {
  if (spec === undefined || more.length > 0 || spec.name !== undefined) return false
  const { dtype, shape } = spec
  const isFloat = dtype === 'float32' || dtype === 'float64'
  // A single column may be lists, and is then brought to another shape.
  return isFloat && shape.length === 2 && shape[0] === -1 && shape[1] !== -1 && shape[1] !== 1
}

class WholeFrame implements BodyPlan {
  readonly #reader: TensorReader
  readonly #layout: CellLayout
  /** Traits of cells whose columns pandas reads as objects. */
  readonly #refused: number

  constructor(reader: TensorReader, layout: CellLayout, refused: number) {
    this.#reader = reader
    this.#layout = layout
    this.#refused = refused
  }

  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined {
    const whole = this.#layout.grid(lists, scanner)?.whole
    if (whole === undefined || (whole.traits & this.#refused) !== 0) return undefined
    const tensor = this.#reader.read(whole, scanner)
    return tensor === undefined ? undefined : new Map([[this.#reader.name, tensor]])
  }
}
