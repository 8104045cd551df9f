import { jsonRequest, type RequestPlan } from '../../payloads/request-plan.ts'
import { numbers, texts, type ValueMaker } from '../../payloads/scalar-values.ts'
import { findWidth } from '../expected-width.ts'
import { type FoundPlan, nothingTaken } from '../found-plan.ts'
import type { ScoringSearch } from './scoring-search.ts'

type Cells = readonly (readonly unknown[])[]

/** Forms that models without a signature take, by what they were trained on. */
const GUESSES: readonly Guess[] = [
  { what: 'inputs', cell: numbers([]), body: (rows) => ({ inputs: rows }) },
  { what: 'dataframe_split', cell: numbers([]), body: (rows) => ({ dataframe_split: { data: rows } }) },
  {
    what: 'dataframe_records',
    cell: numbers([]),
    body: (rows) => ({ dataframe_records: rows.map((row) => ({ ...row })) }),
  },
  { what: 'instances', cell: numbers([]), body: (rows) => ({ instances: rows }) },
  { what: 'inputs', ofTexts: true, cell: texts([]), body: (rows) => ({ inputs: rows.flat() }) },
  {
    what: 'dataframe_split',
    ofTexts: true,
    cell: texts([]),
    body: (rows) => ({ dataframe_split: { data: rows } }),
  },
]

interface Guess {
  readonly what: string
  /** Of one text a row. */
  readonly ofTexts?: true
  readonly cell: ValueMaker
  readonly body: (rows: Cells) => object
}

/** So many rows tell models that predict something of each row from those that take columns for rows. */
const TELLING_ROWS = 3

/**
 * What a server takes that tells no schema: the first guess that is answered with a prediction for each row, else the first
 * that is answered at all.
 * @throws ServingError INVALID_PARAMETER_VALUE where none is
 */
export async function guessScoringPlan(search: ScoringSearch): Promise<FoundPlan> {
  const { trial, peer, path } = search
  let second: RequestPlan | undefined
  for (const guess of GUESSES) {
    const width = await takenWidth(guess, search)
    if (width === undefined) continue
    const plan = guessPlan(guess, { path, width, rows: search.rows })
    const telling = guessPlan(guess, { path, width, rows: TELLING_ROWS })
    if ((await trial.takes(telling)) && (await trial.predicts(telling, 'mlflow'))) return guessedPlan(plan)
    second ??= plan
  }
  if (second !== undefined) return guessedPlan(second)
  throw nothingTaken(
    `${peer.url}${path}`,
    'rows of numbers in each of the four forms, and texts, of which it tells no schema',
    trial,
  )
}

function guessedPlan(plan: RequestPlan): FoundPlan {
  return { plan, dialect: 'mlflow', found: [`${plan.what}, guessed: the server tells no signature`] }
}

async function takenWidth(guess: Guess, { trial, path, rows }: ScoringSearch): Promise<number | undefined> {
  let taken: number | undefined
  const attempt = async (width: number) => {
    taken = width
    return (await trial.takes(guessPlan(guess, { path, width, rows }))) ? undefined : trial.refusal
  }
  const isFound = guess.ofTexts === true ? (await attempt(1)) === undefined : await findWidth(attempt)
  return isFound ? taken : undefined
}

function guessPlan(
  { what, ofTexts, cell, body }: Guess,
  { path, width, rows }: { readonly path: string; readonly width: number; readonly rows: number },
): RequestPlan {
  const cells = ofTexts === true ? 'a text' : width === 1 ? '1 number' : `${width} numbers`
  return {
    ...{ what: `rows of ${cells} as ${what}`, method: 'POST', path, rows, form: 'json' },
    make(random) {
      const row = () => Array.from({ length: width }, () => cell(random))
      return jsonRequest(body(Array.from({ length: rows }, row)))
    },
  }
}
