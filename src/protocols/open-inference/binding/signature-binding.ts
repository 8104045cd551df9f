import { badRequest } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ColSpec, ModelSignature, Schema, TensorSpec } from '../../../signature/model-signature.ts'
import { enforceSchema } from '../../mlflow-scoring/enforcement/enforce-schema.ts'
import { feedTensors } from '../../mlflow-scoring/feed/feed-tensors.ts'
import { castFrame } from '../../mlflow-scoring/forms/cast-frame.ts'
import { arrayValue, type ParsedInput, type ParsedValue } from '../../mlflow-scoring/forms/parsed-input.ts'
import { withRowNumbers } from '../../mlflow-scoring/pandas/labelled-frame.ts'
import type { GivenTensor } from '../given-request.ts'
import { quoted } from '../quoted.ts'
import { arrayOfTensor } from './array-of-tensor.ts'
import { columnOf } from './column-of.ts'
import { type GivenByName, givenByName } from './given-by-name.ts'
import { SingleColumns } from './single-columns.ts'

export interface SignatureBindingInit {
  readonly signature: ModelSignature | undefined
  readonly inputs: readonly TensorMetadata[]
  readonly castsNumbers: boolean
}

/**
 * Binds the tensors of a request to what the MLflow signature names, its columns or its tensors, with MLflow's checks,
 * casts and messages.
 */
export class SignatureBinding {
  readonly #schema: Schema | undefined
  readonly #inputs: readonly TensorMetadata[]
  readonly #castsNumbers: boolean
  readonly #names: ReadonlySet<string>
  readonly #columns: SingleColumns

  constructor({ signature, inputs, castsNumbers }: SignatureBindingInit) {
    this.#schema = signature?.inputs
    this.#inputs = inputs
    this.#castsNumbers = castsNumbers
    this.#columns = new SingleColumns(inputs)
    this.#names = new Set(
      this.#schema === undefined ? inputs.map(({ name }) => name) : namesOf(this.#schema, inputs),
    )
  }

  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  bind(given: readonly GivenTensor[]): TensorMap {
    const byName = givenByName(given)
    const input = this.#enforced(byName)
    if (input.kind !== 'frame') return feedTensors(input, this.#inputs, this.#castsNumbers)
    return this.#columns.restore(feedTensors(input, this.#columns.inputs, this.#castsNumbers))
  }

  #enforced(given: GivenByName): ParsedInput {
    const schema = this.#schema
    if (schema === undefined) return { kind: 'dict', values: arrays(given, []) }
    return enforceSchema(
      schema.kind === 'columns' ? frameInput(given, schema.columns) : tensorInput(given, schema.tensors),
      schema,
    )
  }
}

/** A tensor without a name is the model's only input. */
function namesOf(schema: Schema, inputs: readonly TensorMetadata[]): readonly string[] {
  if (schema.kind === 'columns') return schema.columns.flatMap(({ name }) => name ?? [])
  const [first] = schema.tensors
  if (first !== undefined && first.name === undefined) {
    return inputs.length === 1 ? inputs.map(({ name }) => name) : []
  }
  return schema.tensors.flatMap(({ name }) => name ?? [])
}

function tensorInput(given: GivenByName, specs: readonly TensorSpec[]): ParsedInput {
  const values = arrays(given, specs)
  const [only] = values.values()
  return specs[0]?.name === undefined && only !== undefined
    ? { kind: 'value', value: only }
    : { kind: 'dict', values }
}

function arrays(given: GivenByName, specs: readonly TensorSpec[]): Map<string, ParsedValue> {
  const values = new Map<string, ParsedValue>()
  for (const [name, { tensor }] of given) {
    const spec = specs.find((known) => known.name === undefined || known.name === name)
    values.set(name, arrayValue(arrayOfTensor(tensor, spec?.dtype)))
  }
  return values
}

function frameInput(given: GivenByName, specs: readonly ColSpec[]): ParsedInput {
  const types = new Map(specs.map(({ name, type }) => [name, type]))
  const rows = commonRows(given)
  const columns = Array.from(given, ([name, { tensor }]) => columnOf(name, tensor, types.get(name)))
  const times = specs.filter(({ type }) => type === 'datetime')
  const frame = withRowNumbers({ rows, columns })
  if (times.length === 0) return { kind: 'frame', frame }
  // Times come as text, as they do in JSON.
  return { kind: 'frame', frame: castFrame(frame, { kind: 'columns', columns: times }) }
}

function commonRows(given: GivenByName): number {
  let rows: number | undefined
  for (const [name, { tensor }] of given) {
    const [length] = tensor.shape
    if (length === undefined) {
      throw badRequest(
        `Input ${quoted(name)} is a column of the model's signature, and needs a dimension of rows.`,
      )
    }
    rows ??= length
    if (length === rows) continue
    throw badRequest(`Input ${quoted(name)} has ${length} rows; the inputs before it have ${rows}.`, {
      input: name,
    })
  }
  return rows ?? 0
}
