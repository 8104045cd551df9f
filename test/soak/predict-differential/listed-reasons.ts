import { listedDifference } from '../mlflow-differential/listed-differences.ts'
import type { Answer, DifferentialRequest } from '../mlflow-differential/mlflow-process.ts'
import type { BatchInput } from './batch-inputs.ts'
import { type Outcome, textOf } from './outcome.ts'
import { isSameReply } from './same-predictions.ts'

/** Two ways to predict an input that did not come to the same. */
export interface Case {
  readonly what: 'MLflow and the whole' | 'the whole and the blocks' | 'the reply and the rows'
  readonly model: string
  readonly input: BatchInput
  readonly answers: readonly Answer[]
  readonly whole: Outcome
  readonly cut: Outcome
  /** What else differs, of rows. */
  readonly rows?: string
}

/** The entries of docs/mlflow-differences.md on the prediction of files, and how each is recognised. */
const LISTED: Readonly<Record<string, (found: Case) => boolean>> = {
  'row labels that MLflow looks for in vain': ({ what, answers, whole }) =>
    what === 'MLflow and the whole' &&
    textOf(whole) !== undefined &&
    answers.some(({ body }) => /Error: 0\b/.test(body)),
  'truth values among the numbers of a CSV column': ({ what, input, whole }) =>
    what === 'MLflow and the whole' &&
    input.format === 'csv' &&
    textOf(whole) !== undefined &&
    /true|false/i.test(input.text),
  'columns of files without rows': ({ what, input }) =>
    what === 'MLflow and the whole' &&
    input.format === 'parquet' &&
    input.spec.columns.every(({ values }) => values.length === 0),
  'rows that cannot be read together, but each by itself': ({ what, input, answers, whole }) =>
    what === 'MLflow and the whole' &&
    input.format === 'jsonl' &&
    textOf(whole) !== undefined &&
    answers.every(({ status }) => status !== 200),
  'a second column of the same name in CSV': ({ what, input, whole }) =>
    what === 'MLflow and the whole' &&
    input.format === 'csv' &&
    textOf(whole) !== undefined &&
    hasNameTwice(input.text),
  'JSON values that are not of the type of their column': ({ what, input, whole, cut }) =>
    what === 'the whole and the blocks' &&
    (input.format === 'json' || input.format === 'jsonl') &&
    (hasOddValues(input.text) || isSameButForTexts(textOf(whole), textOf(cut))),
  'parquet columns of truth values of which some are missing': ({ what, input }) =>
    what === 'the whole and the blocks' &&
    input.format === 'parquet' &&
    input.spec.columns.some(({ type, values }) => type === 'bool_' && values.includes(null)),
}

/** Integers of more than 9 digits, lists in cells, texts, truth values and what Python alone takes for numbers. */
function hasOddValues(text: string): boolean {
  return /\d{10}|: \[\]|\[\[|\{\}|true|false|NaN|null|"\s*[-+.\d]/.test(text)
}

function hasNameTwice(csv: string): boolean {
  const [header = ''] = csv.trimStart().split(/[\r\n]/)
  const names = header.replaceAll('"', '').split(',')
  return new Set(names).size < names.length
}

/** Numbers in a column of text print as all of them do: `2` or `2.0`. */
function isSameButForTexts(whole: string | undefined, cut: string | undefined): boolean {
  if (whole === undefined || cut === undefined) return false
  const [first, then] = [whole, cut].map((text) =>
    text.replace(/"(-?\d[\d.e+-]*)"/g, (_, digits) => `${Number(digits)}`),
  )
  return isSameReply(String(first), String(then))
}

/** The reason on the list that covers a difference. */
export function listedReason(found: Case): string | undefined {
  return Object.keys(LISTED).find((reason) => LISTED[reason]?.(found)) ?? reasonOfScoring(found)
}

/** Those of the scoring server. */
function reasonOfScoring({ what, model, input, answers, whole }: Case): string | undefined {
  if (what !== 'MLflow and the whole') return undefined
  const request: DifferentialRequest =
    input.format === 'parquet'
      ? { model, contentType: 'application/vnd.apache.parquet', parquet: input.spec }
      : { model, contentType: input.format, body: input.text }
  const best = answers.find(({ status }) => status === 200) ?? answers[0] ?? { status: 500, body: '' }
  const headrace =
    'error' in whole ? { status: 400, body: whole.error } : { status: 200, body: String(textOf(whole)) }
  return listedDifference(request, best, headrace)
}
