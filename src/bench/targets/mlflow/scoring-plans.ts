import { type Example, readExample } from '../../payloads/example.ts'
import { schemaOfExample } from '../../payloads/example-schema.ts'
import { type ScoringInputs, schemaText, scoringBodies } from '../../payloads/mlflow-bodies.ts'
import { jsonRequest, type RequestPlan } from '../../payloads/request-plan.ts'
import { numbers } from '../../payloads/scalar-values.ts'
import { findWidth } from '../expected-width.ts'
import { type FoundPlan, nothingTaken, OPEN_SIZES } from '../found-plan.ts'
import type { HttpPeer } from '../http-peer.ts'
import type { KnownModel } from '../target-options.ts'
import type { Trial } from '../trial.ts'
import { describedExample, type LearntSchema, learnSchema } from './learn-schema.ts'

export interface ScoringSearch {
  readonly peer: HttpPeer
  readonly trial: Trial
  /** `/invocations`, or that of one of several models. */
  readonly path: string
  readonly rows: number
  readonly model: KnownModel | undefined
}

/**
 * What a scoring server of MLflow's protocol takes: from the model that is known, else from what the server tells,
 * else by guessing.
 * @throws ServingError INVALID_PARAMETER_VALUE where nothing that could be made is taken
 */
export async function findScoringPlan(search: ScoringSearch): Promise<FoundPlan> {
  const { peer, path, model, trial } = search
  const example = model === undefined ? await describedExample(peer, path) : readExample(model.example)
  const known = await knownSchema(search, example)
  if (known === undefined) return guessed(search)
  const inputs: ScoringInputs = {
    schema: known.schema,
    example,
    fromTypeHint: known.fromTypeHint ?? model?.signature?.fromTypeHint ?? false,
  }
  const plan = await trial.firstTaken(plansOf(inputs, search))
  if (plan === undefined)
    throw nothingTaken(`${peer.url}${path}`, `bodies of ${schemaText(known.schema)}`, trial)
  const ranges =
    example === undefined || known.source === FROM_EXAMPLE ? [] : ['ranges from the input example']
  return { plan, dialect: 'mlflow', found: [`${plan.what} from ${known.source}`, ...ranges] }
}

const FROM_EXAMPLE = 'the input example'

async function knownSchema(
  { peer, path, model }: ScoringSearch,
  example: Example | undefined,
): Promise<LearntSchema | undefined> {
  const given = model?.signature?.inputs
  if (given !== undefined) return { schema: given, source: "the model's signature" }
  const learnt = model === undefined ? await learnSchema(peer, path) : undefined
  if (learnt !== undefined) return learnt
  const schema = example === undefined ? undefined : schemaOfExample(example)
  return schema === undefined ? undefined : { schema, source: FROM_EXAMPLE }
}

/** With all columns and without those that may be left out; open dimensions of several sizes. */
function* plansOf(inputs: ScoringInputs, search: ScoringSearch): Generator<RequestPlan> {
  const { schema } = inputs
  const hasOptional = schema.kind === 'columns' && schema.columns.some(({ required }) => !required)
  const isOpen = schema.kind === 'tensors' && schema.tensors.some(({ shape }) => shape.lastIndexOf(-1) > 0)
  for (const others of isOpen ? OPEN_SIZES : OPEN_SIZES.slice(0, 1)) {
    yield scoringPlan(inputs, search, others)
    if (hasOptional) yield scoringPlan({ ...inputs, withOptional: false }, search, others)
  }
}

function scoringPlan(inputs: ScoringInputs, { path, rows }: ScoringSearch, others: number): RequestPlan {
  const { schema } = inputs
  const first = schema.kind === 'tensors' ? schema.tensors[0]?.shape[0] : undefined
  const settledRows = first === undefined || first === -1 ? rows : first
  const make = scoringBodies(inputs, { rows, others })
  return {
    ...{ what: schemaText(schema), method: 'POST', path, rows: settledRows, form: 'json' },
    make: (random) => jsonRequest(make(random)),
  }
}

/** Forms that models without a signature take, by what they were trained on. */
const GUESSES: readonly {
  readonly what: string
  readonly body: (rows: readonly (readonly unknown[])[]) => object
}[] = [
  { what: 'inputs', body: (rows) => ({ inputs: rows }) },
  { what: 'dataframe_split', body: (rows) => ({ dataframe_split: { data: rows } }) },
  {
    what: 'dataframe_records',
    body: (rows) => ({ dataframe_records: rows.map((row) => ({ ...row })) }),
  },
  { what: 'instances', body: (rows) => ({ instances: rows }) },
]

async function guessed(search: ScoringSearch): Promise<FoundPlan> {
  const { trial, peer, path } = search
  for (const { what, body } of GUESSES) {
    let taken: RequestPlan | undefined
    const isFound = await findWidth(async (width) => {
      taken = guess(search, { width, body, what })
      return (await trial.takes(taken)) ? undefined : trial.refusal
    })
    if (isFound && taken !== undefined) {
      return {
        plan: taken,
        dialect: 'mlflow',
        found: [`${taken.what}, guessed: the server tells no signature`],
      }
    }
  }
  throw nothingTaken(
    `${peer.url}${path}`,
    'rows of numbers in each of the four forms, of which it tells no schema',
    trial,
  )
}

function guess(
  { path, rows }: ScoringSearch,
  { width, body, what }: (typeof GUESSES)[number] & { readonly width: number },
): RequestPlan {
  const cell = numbers([])
  return {
    ...{ what: `rows of ${width} numbers as ${what}`, method: 'POST', path, rows, form: 'json' },
    make(random) {
      const row = () => Array.from({ length: width }, () => cell(random))
      return jsonRequest(body(Array.from({ length: rows }, row)))
    },
  }
}
