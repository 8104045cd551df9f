import type { TensorMetadata } from '../../../core/predictor.ts'
import { isRecord } from '../../../core/record.ts'
import type { Tensor, TensorMap } from '../../../core/tensor.ts'
import type { TensorSpec } from '../../../signature/model-signature.ts'
import type { NumberList } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { FormName } from '../forms/envelope.ts'
import { type BodyPlan, isPlace, type JsonObject } from './body-plan.ts'
import { joinLists } from './join-lists.ts'
import { TensorReader } from './tensor-reader.ts'

/** Plans for tensors as nested lists, with a signature of tensors or without any: the forms `inputs` and `instances`. */
export class TensorPlans {
  readonly #readers: readonly TensorReader[]
  /** A tensor without a name cannot be given by one. */
  readonly #isNamed: boolean

  private constructor(readers: readonly TensorReader[], isNamed: boolean) {
    this.#readers = readers
    this.#isNamed = isNamed
  }

  /** Undefined where the general path must look at every request. */
  static compile(
    specs: readonly TensorSpec[] | undefined,
    inputs: readonly TensorMetadata[],
    castsNumbers: boolean,
  ): TensorPlans | undefined {
    if (specs !== undefined && specs.length !== inputs.length) return undefined
    const readers = inputs.flatMap((input) => {
      const spec = specs?.find(({ name }) => (name ?? input.name) === input.name)
      if (specs !== undefined && spec === undefined) return []
      return TensorReader.compile(input, spec, castsNumbers) ?? []
    })
    const isNamed = specs === undefined || specs[0]?.name !== undefined
    if (readers.length === 0 || readers.length < inputs.length) return undefined
    return isNamed || readers.length === 1 ? new TensorPlans(readers, isNamed) : undefined
  }

  plan(form: FormName, value: unknown): BodyPlan | undefined {
    if (form !== 'inputs' && form !== 'instances') return undefined
    if (isPlace(value)) return this.#readers.length === 1 ? new OneList(this.#readers[0]!, value) : undefined
    if (!this.#isNamed) return undefined
    if (isRecord(value)) return this.#named(form, value)
    return form === 'instances' && Array.isArray(value) ? this.#rows(value) : undefined
  }

  #named(form: FormName, value: JsonObject): BodyPlan | undefined {
    const places = this.#readers.map(({ name }) => (Object.hasOwn(value, name) ? value[name] : undefined))
    if (!places.every(isPlace) || Object.keys(value).length !== places.length) return undefined
    return new ListEach(this.#readers, places, form === 'instances')
  }

  #rows(rows: readonly unknown[]): BodyPlan | undefined {
    const places = this.#readers.map(({ name }) => placesOf(rows, name))
    const width = this.#readers.length
    const isEach = rows.length > 0 && rows.every((row) => isRecord(row) && Object.keys(row).length === width)
    return isEach && places.every((column) => column.every(isPlace))
      ? new Rows(this.#readers, places as number[][])
      : undefined
  }
}

function placesOf(rows: readonly unknown[], name: string): readonly unknown[] {
  return rows.map((row) => (isRecord(row) && Object.hasOwn(row, name) ? row[name] : undefined))
}

class OneList implements BodyPlan {
  readonly #reader: TensorReader
  readonly #place: number

  constructor(reader: TensorReader, place: number) {
    this.#reader = reader
    this.#place = place
  }

  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined {
    const tensor = this.#reader.read(lists[this.#place]!, scanner)
    return tensor === undefined ? undefined : new Map([[this.#reader.name, tensor]])
  }
}

class ListEach implements BodyPlan {
  readonly #readers: readonly TensorReader[]
  readonly #places: readonly number[]
  readonly #hasRows: boolean

  constructor(readers: readonly TensorReader[], places: readonly number[], hasRows: boolean) {
    this.#readers = readers
    this.#places = places
    this.#hasRows = hasRows
  }

  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined {
    const tensors = new Map<string, Tensor>()
    for (let i = 0; i < this.#readers.length; i++) {
      const reader = this.#readers[i]!
      const tensor = reader.read(lists[this.#places[i]!]!, scanner)
      if (tensor === undefined) return undefined
      tensors.set(reader.name, tensor)
    }
    return this.#hasRows && differInRows(tensors) ? undefined : tensors
  }
}

function differInRows(tensors: TensorMap): boolean {
  let rows: number | undefined
  for (const { shape } of tensors.values()) {
    rows ??= shape[0]
    if (shape[0] !== rows) return true
  }
  return false
}

/** Rows that have an element of each tensor. */
class Rows implements BodyPlan {
  readonly #readers: readonly TensorReader[]
  /** Of each reader, row by row. */
  readonly #places: readonly (readonly number[])[]

  constructor(readers: readonly TensorReader[], places: readonly (readonly number[])[]) {
    this.#readers = readers
    this.#places = places
  }

  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined {
    const tensors = new Map<string, Tensor>()
    for (let i = 0; i < this.#readers.length; i++) {
      const reader = this.#readers[i]!
      const joined = joinLists(lists, this.#places[i]!, scanner)
      const tensor = joined && reader.read(joined.list, joined.numbers)
      if (tensor === undefined) return undefined
      tensors.set(reader.name, tensor)
    }
    return tensors
  }
}
