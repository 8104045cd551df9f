import { isRecord } from '../../core/record.ts'
import type { ColSpec, ModelSignature, Schema, TensorSpec } from '../../signature/model-signature.ts'
import { columnValues } from './column-values.ts'
import type { Example } from './example.ts'
import type { Random } from './random.ts'
import { inputTensor, nested, type OpenSizes, tensorValues } from './tensor-values.ts'

/** What scoring bodies are made from. */
export interface ScoringInputs {
  readonly schema: Schema
  /** The signature was made from type hints: rows go as they are under `inputs`. */
  readonly fromTypeHint?: ModelSignature['fromTypeHint']
  readonly example?: Example | undefined
  /** Columns that may be left out are there; default: where the example has them, or there is none. */
  readonly withOptional?: boolean
}

/**
 * Makes bodies of MLflow's scoring protocol that the signature lets pass: columns as `dataframe_split`, tensors as
 * `inputs`. Parameters are those of the example, else they are left to their defaults.
 * @throws ServingError INVALID_PARAMETER_VALUE for a type that has no JSON form
 */
export function scoringBodies(inputs: ScoringInputs, sizes: OpenSizes): (random: Random) => object {
  const { schema, example } = inputs
  const params = isRecord(example?.params) ? { params: example.params } : {}
  const data =
    schema.kind === 'tensors'
      ? arrays(schema.tensors, sizes, example)
      : columns(schema.columns, sizes.rows, inputs)
  return (random) => ({ ...data(random), ...params })
}

function columns(specs: readonly ColSpec[], rows: number, inputs: ScoringInputs): (random: Random) => object {
  const { example, withOptional, fromTypeHint } = inputs
  const isThere = ({ name = '', required }: ColSpec) =>
    required || (withOptional ?? (example === undefined || example.columns.has(name)))
  // A frame without any column would have no rows either.
  const present = specs.some(isThere) ? specs.filter(isThere) : specs
  const cells = present.map(({ name, type }, place) =>
    columnValues(type, example?.columns.get(name ?? String(place)) ?? []),
  )
  const row = (random: Random) => cells.map((cell) => cell(random))
  const table = (random: Random) => Array.from({ length: rows }, () => row(random))
  if (fromTypeHint === true) return (random) => ({ inputs: hintedRows(present, table(random)) })
  const names = present.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const head = names.length > 0 ? { columns: names } : {}
  return (random) => ({ dataframe_split: { ...head, data: table(random) } })
}

/** A type hint of one thing has items alone; one of an object has objects. */
function hintedRows(specs: readonly ColSpec[], table: readonly (readonly unknown[])[]): readonly unknown[] {
  return table.map((row) => {
    if (specs[0]?.name === undefined) return row[0]
    return Object.fromEntries(specs.map(({ name }, place) => [name, row[place]]))
  })
}

function arrays(
  specs: readonly TensorSpec[],
  sizes: OpenSizes,
  example: Example | undefined,
): (random: Random) => object {
  const makers = specs.map((spec) => {
    const found =
      example?.tensors.get(spec.name ?? '') ?? (specs.length === 1 ? example?.tensors.get('') : undefined)
    return tensorValues(inputTensor(spec), sizes, found)
  })
  return (random) => {
    const tensors = makers.map((make) => make(random))
    const [first] = tensors
    if (first !== undefined && first.name === '') return { inputs: nested(first) }
    return { inputs: Object.fromEntries(tensors.map((tensor) => [tensor.name, nested(tensor)])) }
  }
}

/** What the inputs are, for a person. */
export function schemaText(schema: Schema): string {
  const count = schema.kind === 'columns' ? schema.columns.length : schema.tensors.length
  const [one, more] = schema.kind === 'columns' ? ['column', 'columns'] : ['tensor', 'tensors']
  return `${count} ${count === 1 ? one : more}`
}
