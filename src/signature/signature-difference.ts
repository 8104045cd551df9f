import { describeShape, describeType } from './describe-schema.ts'
import { type Entry, entriesDifference } from './entries-difference.ts'
import type { ColSpec, ModelSignature, ParamSpec, Schema, TensorSpec } from './model-signature.ts'

/** A model as the sentence names it. */
export interface SignedModel {
  readonly model: string
  readonly signature: ModelSignature | undefined
}

/** `inputs`: what may be sent, params included. `all`: what comes back too. */
export type Compared = 'inputs' | 'all'

/**
 * In what the signatures of two models differ, as a sentence without its end: names, order, types, shapes, what is required,
 * params and their defaults. Undefined where what fits one fits the other.
 */
export function signatureDifference(a: SignedModel, b: SignedModel, compared: Compared): string | undefined {
  if (a.signature === undefined || b.signature === undefined) {
    if (a.signature === b.signature) return undefined
    return `only ${a.signature === undefined ? b.model : a.model} has a signature`
  }
  return (
    formDifference(a, b) ??
    schemaDifference('inputs', a, b) ??
    paramsDifference(a, b) ??
    (compared === 'all' ? schemaDifference('outputs', a, b) : undefined)
  )
}

/** A signature from hints takes the body itself for a row of the model, and no frame. */
function formDifference(a: SignedModel, b: SignedModel): string | undefined {
  if (a.signature?.fromTypeHint === b.signature?.fromTypeHint) return undefined
  const hinted = a.signature?.fromTypeHint === true ? a : b
  return `only ${hinted.model} has a signature made of Python's type hints, which takes other requests`
}

function schemaDifference(key: 'inputs' | 'outputs', a: SignedModel, b: SignedModel): string | undefined {
  const [first, second] = [a.signature?.[key], b.signature?.[key]]
  if (first === undefined || second === undefined) {
    return first === second
      ? undefined
      : `only ${first === undefined ? b.model : a.model} says what its ${key} are`
  }
  if (first.kind !== second.kind) {
    return `the ${key} are ${first.kind} in ${a.model} and ${second.kind} in ${b.model}`
  }
  return entriesDifference(
    key.slice(0, -1),
    { model: a.model, entries: entriesOf(first) },
    { model: b.model, entries: entriesOf(second) },
  )
}

function entriesOf(schema: Schema): readonly Entry[] {
  return schema.kind === 'columns' ? schema.columns.map(columnEntry) : schema.tensors.map(tensorEntry)
}

function columnEntry({ name, type, required }: ColSpec): Entry {
  return { name: name ?? '', text: `${describeType(type)} (${required ? 'required' : 'optional'})` }
}

function tensorEntry({ name, dtype, shape }: TensorSpec): Entry {
  return { name: name ?? '', text: `a tensor of ${dtype} ${describeShape(shape)}` }
}

/** Their order is of no account: they are sent by name. */
function paramsDifference(a: SignedModel, b: SignedModel): string | undefined {
  return entriesDifference(
    'param',
    { model: a.model, entries: paramEntries(a.signature?.params) },
    { model: b.model, entries: paramEntries(b.signature?.params) },
  )
}

function paramEntries(params: readonly ParamSpec[] = []): readonly Entry[] {
  const sorted = [...params].sort((a, b) => (a.name < b.name ? -1 : 1))
  return sorted.map(({ name, type, shape, default: value }) => {
    const list = shape === undefined ? '' : ', a list'
    return { name, text: `${describeType(type)}${list}, by default ${JSON.stringify(value)}` }
  })
}
