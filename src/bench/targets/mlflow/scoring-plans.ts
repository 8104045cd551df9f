import { chatBodies } from '../../payloads/chat-bodies.ts'
import { type Example, readExample } from '../../payloads/example.ts'
import { schemaOfExample } from '../../payloads/example-schema.ts'
import { type ScoringInputs, schemaText, scoringBodies } from '../../payloads/mlflow-bodies.ts'
import type { Random } from '../../payloads/random.ts'
import { jsonRequest, type RequestPlan } from '../../payloads/request-plan.ts'
import { type FoundPlan, nothingTaken, OPEN_SIZES } from '../found-plan.ts'
import { guessScoringPlan } from './guess-scoring-plan.ts'
import { describedExample, type LearntSchema, learnSchema } from './learn-schema.ts'
import type { ScoringSearch } from './scoring-search.ts'

/**
 * What a scoring server of MLflow's protocol takes: from the model that is known, else from what the server tells,
 * else by guessing.
 * @throws ServingError INVALID_PARAMETER_VALUE where nothing that could be made is taken
 */
export async function findScoringPlan(search: ScoringSearch): Promise<FoundPlan> {
  const { peer, path, model, trial } = search
  const example = model === undefined ? await describedExample(peer, path) : readExample(model.example)
  const known = await knownSchema(search, example)
  if (known === undefined) return guessScoringPlan(search)
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

/** A chat where it is one; with all columns and without those that may be left out; open dimensions of several sizes. */
function* plansOf(inputs: ScoringInputs, search: ScoringSearch): Generator<RequestPlan> {
  const { schema } = inputs
  const chat = chatBodies(schema)
  if (chat !== undefined) yield chatPlan(chat, search)
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

/** MLflow takes one conversation at a time. */
function chatPlan(make: (random: Random) => object, { path }: ScoringSearch): RequestPlan {
  return {
    ...{ what: 'a message of a chat', method: 'POST', path, rows: 1, form: 'json' },
    make: (random) => jsonRequest(make(random)),
  }
}
