import { ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { Connection } from './connection.ts'
import type { CallOptions, ReachOptions } from './connection-options.ts'

/** What a scoring server takes: one of MLflow's four JSON forms, or rows as records, or CSV text. */
export type ScoringData =
  | {
      readonly dataframe_split: {
        readonly columns?: readonly string[]
        readonly data: readonly (readonly unknown[])[]
      }
    }
  | { readonly dataframe_records: readonly Readonly<Record<string, unknown>>[] }
  | { readonly inputs: unknown }
  | { readonly instances: unknown }
  | readonly Readonly<Record<string, unknown>>[]
  | string

export interface ScoreOptions extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * The predictions of a scoring server (`headrace serve`, `mlflow models serve`) for data.
 * @param url of the server, or of one of its models: `http://host:5000`, `http://host:5000/v1/models/iris`
 */
export async function scoreAt(
  url: string,
  data: ScoringData,
  { params, headers, ...call }: ScoreOptions,
  reach: ReachOptions,
): Promise<unknown> {
  const connection = new Connection({ ...reach, url: url.replace(/\/invocations\/?$/, '') })
  try {
    const { type, body } = bodyOf(data, params)
    const sent = {
      method: 'POST',
      path: '/invocations',
      headers: { 'content-type': type, ...headers },
      body,
    } as const
    return predictionsOf(await connection.text(sent, call), url)
  } finally {
    await connection.close()
  }
}

function bodyOf(data: ScoringData, params: ScoreOptions['params']): { type: string; body: string } {
  if (typeof data === 'string') return { type: 'text/csv', body: data }
  const form = Array.isArray(data) ? { dataframe_records: data } : data
  return { type: 'application/json', body: JSON.stringify(params === undefined ? form : { ...form, params }) }
}

function predictionsOf(text: string, url: string): unknown {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  if (isRecord(answer) && 'predictions' in answer) return answer['predictions']
  throw new ServingError(
    'INVALID_STATE',
    `The answer of ${url} has no 'predictions'. Is this a scoring server?`,
  )
}
