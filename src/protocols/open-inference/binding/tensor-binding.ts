import { badRequest } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../../core/tensor.ts'
import type { ModelSignature, TensorSpec } from '../../../signature/model-signature.ts'
import type { GivenTensor } from '../given-request.ts'
import { quoted, quotedNames } from '../quoted.ts'
import { shapeText } from '../tensor-shape.ts'
import { type GivenByName, givenByName } from './given-by-name.ts'

export interface TensorBindingInit {
  /** Of the model, for errors. */
  readonly name: string
  readonly signature: ModelSignature | undefined
  readonly inputs: readonly TensorMetadata[]
  readonly batchable: boolean
}

interface BoundInput extends TensorMetadata {
  /** What the signature says of the same tensor, where that is more than the model's file says. */
  readonly signed: readonly number[] | undefined
}

/** Binds the tensors of a request to the model's own inputs by their names, as its metadata states them. */
export class TensorBinding {
  readonly #name: string
  readonly #inputs: readonly BoundInput[]
  readonly #byName: ReadonlyMap<string, BoundInput>
  readonly #batchable: boolean
  /** Other names that a request may use instead, for errors. */
  readonly #signedNames: readonly string[]

  constructor({ name, signature, inputs, batchable }: TensorBindingInit) {
    this.#name = name
    this.#inputs = inputs.map((input) => ({ ...input, signed: signedShape(input, inputs.length, signature) }))
    this.#byName = new Map(this.#inputs.map((input) => [input.name, input]))
    this.#batchable = batchable
    this.#signedNames = namesOf(signature).filter((named) => !this.has(named))
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  /** Whether all tensors are the model's own, of its own datatypes. */
  fits(given: readonly GivenTensor[]): boolean {
    for (const { name, tensor } of given) {
      if (this.#byName.get(name)?.datatype !== tensor.datatype) return false
    }
    return true
  }

  /** @throws ServingError BAD_REQUEST */
  bind(given: readonly GivenTensor[]): TensorMap {
    const byName = givenByName(given)
    this.#checkNames(byName)
    const tensors = new Map<string, Tensor>()
    for (const input of this.#inputs) {
      const { datatype, tensor } = byName.get(input.name)!
      if (tensor.datatype !== input.datatype) throw this.#wrongDatatype(input, datatype)
      this.#checkShape(input, tensor)
      tensors.set(input.name, tensor)
    }
    this.checkRows(tensors)
    return tensors
  }

  /** @throws ServingError BAD_REQUEST where a model with rows is given different numbers of them */
  checkRows(tensors: TensorMap): void {
    if (!this.#batchable || this.#inputs.length < 2) return
    let rows: number | undefined
    for (const [name, { shape }] of tensors) {
      rows ??= shape[0]!
      if (shape[0] !== rows) throw this.#differentRows(name, shape[0]!, rows)
    }
  }

  #checkNames(given: GivenByName): void {
    const missing = this.#inputs.filter(({ name }) => !given.has(name))
    const unknown = [...given.keys()].filter((name) => !this.has(name))
    if (missing.length === 0 && unknown.length === 0) return
    const takes = `Model ${quoted(this.#name)} takes the inputs ${quotedNames([...this.#byName.keys()])}`
    const missed =
      missing.length === 0 ? '' : ` The request lacks ${quotedNames(missing.map(({ name }) => name))}.`
    const extra = unknown.length === 0 ? '' : ` It has no input ${quotedNames(unknown)}.`
    const signed =
      this.#signedNames.length === 0 ? '' : `, or by its signature ${quotedNames(this.#signedNames)}`
    throw badRequest(`${takes}${signed}.${missed}${extra}`)
  }

  #wrongDatatype({ name, datatype }: BoundInput, given: string): Error {
    return badRequest(
      `Input ${quoted(name)} of model ${quoted(this.#name)} has an unexpected datatype: expected ${datatype}, got ${given}.`,
      { input: name },
    )
  }

  #checkShape({ name, shape, unranked, signed }: BoundInput, tensor: Tensor): void {
    if (unranked !== true && !matches(shape, tensor.shape)) throw this.#wrongShape(name, shape, tensor)
    if (signed !== undefined && !matches(signed, tensor.shape)) throw this.#wrongShape(name, signed, tensor)
  }

  #wrongShape(name: string, expected: readonly number[], { shape }: Tensor): Error {
    return badRequest(
      `Input ${quoted(name)} of model ${quoted(this.#name)} has an unexpected shape: expected ${shapeText(expected)}, got ` +
        `${shapeText(shape)}.`,
      { input: name },
    )
  }

  #differentRows(name: string, rows: number, expected: number): Error {
    return badRequest(
      `The inputs of model ${quoted(this.#name)} must have the same number of rows: ${quoted(name)} has ${rows}, the ` +
        `inputs before it have ${expected}.`,
      { input: name },
    )
  }
}

function namesOf(signature: ModelSignature | undefined): readonly string[] {
  const schema = signature?.inputs
  if (schema === undefined) return []
  const specs: readonly { readonly name: string | undefined }[] =
    schema.kind === 'columns' ? schema.columns : schema.tensors
  return specs.flatMap(({ name }) => name ?? [])
}

function matches(expected: readonly number[], given: readonly number[]): boolean {
  if (expected.length !== given.length) return false
  for (let axis = 0; axis < given.length; axis++) {
    if (expected[axis] !== -1 && expected[axis] !== given[axis]) return false
  }
  return true
}

/** The signature's shape of an input, by its name or as the only one; undefined where it says nothing more. */
function signedShape(
  input: TensorMetadata,
  count: number,
  signature: ModelSignature | undefined,
): readonly number[] | undefined {
  const schema = signature?.inputs
  if (schema?.kind !== 'tensors') return undefined
  const spec = schema.tensors.find(({ name }) => (name === undefined ? count === 1 : name === input.name))
  if (spec === undefined || isAnything(spec)) return undefined
  const isSame = spec.shape.length === input.shape.length && matches(input.shape, spec.shape)
  const saysMore = spec.shape.some((dim, axis) => dim !== -1 && input.shape[axis] === -1)
  return (isSame && saysMore) || input.unranked === true ? spec.shape : undefined
}

/** MLflow's word for ragged lists and whatever else has no shape. */
function isAnything({ shape, dtype }: TensorSpec): boolean {
  return dtype === 'object' && shape.length === 1 && shape[0] === -1
}
