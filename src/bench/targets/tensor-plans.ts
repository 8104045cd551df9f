import type { Schema } from '../../signature/model-signature.ts'
import { type Example, readExample } from '../payloads/example.ts'
import type { MadeRequest, RequestPlan } from '../payloads/request-plan.ts'
import {
  type GeneratedTensor,
  type InputTensor,
  inputTensor,
  tensorValues,
} from '../payloads/tensor-values.ts'
import type { AnswerForm, Dialect } from '../target.ts'
import { findWidth } from './expected-width.ts'
import { type FoundPlan, nothingTaken, OPEN_SIZES } from './found-plan.ts'
import type { KnownModel } from './target-options.ts'
import type { Trial } from './trial.ts'

/** How a dialect writes tensors, and where to. */
export interface TensorDialect {
  readonly dialect: Dialect
  readonly method: string
  readonly path: string
  readonly form: AnswerForm
  /** Forms of a request, the one that most servers take first. */
  readonly writers: readonly TensorWriter[]
}

export type TensorWriter = (tensors: readonly GeneratedTensor[]) => MadeRequest

export interface TensorSearch {
  /** As it is shown. */
  readonly url: string
  readonly trial: Trial
  readonly way: TensorDialect
  readonly rows: number
  /** That the metadata describes; undefined where it describes none. */
  readonly inputs: readonly InputTensor[] | undefined
  readonly model: KnownModel | undefined
}

/**
 * What a server takes that is asked with tensors: those of its metadata, else of the model that is known, else by
 * guessing.
 * @throws ServingError INVALID_PARAMETER_VALUE where nothing that could be made is taken
 */
export async function findTensorPlan(search: TensorSearch): Promise<FoundPlan> {
  const { trial, url, way, model } = search
  const inputs = search.inputs ?? tensorsOf(model?.signature?.inputs)
  if (inputs === undefined) return guessed(search)
  const plan = await trial.firstTaken(plansOf(inputs, search))
  if (plan === undefined)
    throw nothingTaken(`${url}${way.path}`, `bodies of ${inputsText(inputs)}`, trial, way.form)
  const source = search.inputs === undefined ? "the model's signature" : 'the metadata'
  const ranges = readExample(model?.example) === undefined ? [] : ['ranges from the input example']
  return { plan, dialect: way.dialect, found: [`${inputsText(inputs)} from ${source}`, ...ranges] }
}

/** Tensors of a signature that has such. */
function tensorsOf(schema: Schema | undefined): readonly InputTensor[] | undefined {
  return schema?.kind === 'tensors' ? schema.tensors.map(inputTensor) : undefined
}

function* plansOf(inputs: readonly InputTensor[], search: TensorSearch): Generator<RequestPlan> {
  const isOpen = inputs.some(({ shape }) => shape.lastIndexOf(-1) > 0)
  const example = readExample(search.model?.example)
  for (const others of isOpen ? OPEN_SIZES : OPEN_SIZES.slice(0, 1)) {
    for (const write of search.way.writers) yield tensorPlan(inputs, search, { write, others, example })
  }
}

interface TensorForm {
  readonly write: TensorWriter
  /** Size of open dimensions after the first. */
  readonly others: number
  readonly example: Example | undefined
}

function tensorPlan(
  inputs: readonly InputTensor[],
  { way, rows }: TensorSearch,
  { write, others, example }: TensorForm,
): RequestPlan {
  const { method, path, form } = way
  const first = inputs[0]?.shape[0]
  const makers = inputs.map((input) =>
    tensorValues(
      input,
      { rows, others },
      example?.tensors.get(input.name) ??
        (inputs.length === 1 ? example?.tensors.get('') : example?.columns.get(input.name)),
    ),
  )
  return {
    ...{ what: inputsText(inputs), method, path, form },
    rows: first === undefined || first === -1 ? rows : first,
    make: (random) => write(makers.map((make) => make(random))),
  }
}

function inputsText(inputs: readonly InputTensor[]): string {
  return inputs.length === 1 ? '1 tensor' : `${inputs.length} tensors`
}

/** Datatypes that models take which do not describe their inputs: of one matrix. */
const GUESSED_DATATYPES = ['FP32', 'FP64', 'INT64', 'BYTES'] as const

async function guessed(search: TensorSearch): Promise<FoundPlan> {
  const { trial, url, way } = search
  const example = readExample(search.model?.example)
  for (const write of way.writers) {
    for (const datatype of GUESSED_DATATYPES) {
      let taken: RequestPlan | undefined
      const isFound = await findWidth(async (width) => {
        const input = { name: 'input-0', shape: [-1, width], elements: { datatype } }
        const what = `a matrix of ${width === 1 ? '1 column' : `${width} columns`} of ${datatype}`
        taken = { ...tensorPlan([input], search, { write, others: 1, example }), what }
        return (await trial.takes(taken)) ? undefined : trial.refusal
      })
      if (isFound && taken !== undefined) {
        const found = `${taken.what}, guessed: the server does not describe its inputs`
        return { plan: taken, dialect: way.dialect, found: [found] }
      }
    }
  }
  throw nothingTaken(
    `${url}${way.path}`,
    'matrices of numbers and texts, of which it describes no inputs',
    trial,
    way.form,
  )
}
