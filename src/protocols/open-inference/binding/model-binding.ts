import { ServingError } from '../../../core/errors.ts'
import type { Parameters, ParameterValue } from '../../../core/inference.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ModelSignature } from '../../../signature/model-signature.ts'
import { ParamsCheck } from '../../mlflow-scoring/params.ts'
import type { GivenTensor } from '../given-request.ts'
import { isReserved } from '../reserved-parameters.ts'
import { SignatureBinding } from './signature-binding.ts'
import { TensorBinding, type TensorBindingInit } from './tensor-binding.ts'

export interface ModelBindingInit extends TensorBindingInit {
  readonly castsNumbers?: boolean
}

/**
 * What a request gives, bound to one model: by the names of the model's own tensors, which is what its metadata states;
 * else, where they are other names or other datatypes than those, by the MLflow signature.
 */
export class ModelBinding {
  readonly #own: TensorBinding
  readonly #signed: SignatureBinding | undefined
  /** Columns that the signature requires and the model does not take, where both name the same otherwise. */
  readonly #isIncomplete: boolean
  readonly #params: ParamsCheck

  constructor(init: ModelBindingInit) {
    const { signature, inputs, castsNumbers = false } = init
    this.#own = new TensorBinding(init)
    this.#signed =
      signature?.inputs === undefined && !castsNumbers
        ? undefined
        : new SignatureBinding({ signature, inputs, castsNumbers })
    this.#isIncomplete = requiresMore(signature, this.#own)
    this.#params = new ParamsCheck(signature?.params)
  }

  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  inputs(given: readonly GivenTensor[]): TensorMap {
    const signed = this.#signed
    if (signed === undefined || (!this.#isIncomplete && this.#own.fits(given))) return this.#own.bind(given)
    const isSigned = given.length > 0 && given.every(({ name }) => signed.names.has(name))
    if (!isSigned) return this.#own.bind(given)
    const tensors = this.#signedInputs(signed, given)
    this.#own.checkRows(tensors)
    return tensors
  }

  #signedInputs(signed: SignatureBinding, given: readonly GivenTensor[]): TensorMap {
    try {
      return signed.bind(given)
    } catch (error) {
      const isEnforced = error instanceof ServingError && error.errorClass === 'SCHEMA_ENFORCEMENT_FAILED'
      // Where the names are the model's own too, its metadata is what the client goes by.
      const isOwn = !this.#isIncomplete && given.every(({ name }) => this.#own.has(name))
      if (isEnforced && isOwn) return this.#own.bind(given)
      throw error
    }
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE */
  parameters(given: Parameters): Parameters {
    if (given.size === 0) return this.#params.check(undefined)
    const own = new Map<string, ParameterValue>()
    for (const [name, value] of given) if (!isReserved(name)) own.set(name, value)
    return this.#params.check(own)
  }
}

function requiresMore(signature: ModelSignature | undefined, own: TensorBinding): boolean {
  const schema = signature?.inputs
  if (schema?.kind !== 'columns') return false
  const names = schema.columns.filter(({ required }) => required).flatMap(({ name }) => name ?? [])
  return names.some((name) => own.has(name)) && !names.every((name) => own.has(name))
}
