import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../../core/tensor.ts'
import type { ColSpec } from '../../../signature/model-signature.ts'
import type { NumberList } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { FormName } from '../forms/envelope.ts'
import type { BodyPlan } from './body-plan.ts'
import type { CellLayout } from './cell-layout.ts'
import { findLayout } from './find-layout.ts'
import { FrameInput, type GivenColumn, isNumericType } from './frame-input.ts'

interface PresentColumn extends GivenColumn {
  readonly name: string
}

/**
 * Plans for a signature of named columns: one matrix for a model with a single input, a column for each input of others. Columns
 * that are given must be of numbers or booleans; optional ones may be absent.
 */
export class ColumnPlans {
  readonly #columns: readonly (ColSpec & { readonly name: string })[]
  readonly #inputs: readonly TensorMetadata[]
  readonly #castsNumbers: boolean
  /** Where some column holds lists or objects, MLflow reads objects of columns another way. */
  readonly #isNested: boolean

  constructor(
    columns: readonly (ColSpec & { readonly name: string })[],
    inputs: readonly TensorMetadata[],
    castsNumbers: boolean,
  ) {
    this.#columns = columns
    this.#inputs = inputs
    this.#castsNumbers = castsNumbers
    this.#isNested = columns.some(({ type }) => typeof type !== 'string' || type === 'sparkml_vector')
  }

  /** Undefined where the general path must look at every request. */
  static compile(
    columns: readonly ColSpec[],
    inputs: readonly TensorMetadata[],
    castsNumbers: boolean,
  ): ColumnPlans | undefined {
    const named = columns.filter(isNamed)
    const names = new Set(named.map(({ name }) => name))
    const canBeNumbers = columns.every(({ type, required }) => !required || isNumericType(type))
    if (columns.length === 0 || names.size < columns.length || !canBeNumbers) return undefined
    return new ColumnPlans(named, inputs, castsNumbers)
  }

  plan(form: FormName, value: unknown): BodyPlan | undefined {
    if (this.#isNested && (form === 'inputs' || form === 'instances')) return undefined
    const only = this.#columns.length === 1 ? this.#columns[0]!.name : undefined
    const found = findLayout(form, value, only)
    const present = found && this.#present(found.layout)
    if (present === undefined || (!found!.mayHaveMore && present.length < found!.layout.names.length))
      return undefined
    const inputs = this.#frameInputs(present, found!.layout.names.length)
    return inputs === undefined ? undefined : new FramePlan(found!.layout, inputs)
  }

  /** Undefined where a required column is not given, or one that is no number. */
  #present({ names }: CellLayout): readonly PresentColumn[] | undefined {
    const positions = new Map(names.map((name, position) => [name, position]))
    const present: PresentColumn[] = []
    for (const { name, type, required } of this.#columns) {
      const position = positions.get(name)
      if (position === undefined && !required) continue
      if (position === undefined || !isNumericType(type)) return undefined
      present.push({ name, type, position })
    }
    return present
  }

  #frameInputs(present: readonly PresentColumn[], width: number): readonly FrameInput[] | undefined {
    const castsNumbers = this.#castsNumbers
    const isMatrix = this.#inputs.length === 1
    const inputs = this.#inputs.flatMap((input) => {
      const columns = isMatrix ? present : present.filter(({ name }) => name === input.name)
      return FrameInput.compile({ input, columns, width, isMatrix, castsNumbers }) ?? []
    })
    return inputs.length > 0 && inputs.length === this.#inputs.length ? inputs : undefined
  }
}

function isNamed(column: ColSpec): column is ColSpec & { readonly name: string } {
  return column.name !== undefined
}

class FramePlan implements BodyPlan {
  readonly #layout: CellLayout
  readonly #inputs: readonly FrameInput[]

  constructor(layout: CellLayout, inputs: readonly FrameInput[]) {
    this.#layout = layout
    this.#inputs = inputs
  }

  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined {
    const grid = this.#layout.grid(lists, scanner)
    if (grid === undefined) return undefined
    const tensors = new Map<string, Tensor>()
    for (const input of this.#inputs) {
      const tensor = input.tensor(grid, scanner)
      if (tensor === undefined) return undefined
      tensors.set(input.name, tensor)
    }
    return tensors
  }
}
