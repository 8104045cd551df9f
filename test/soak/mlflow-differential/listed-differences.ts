import type { Answer, DifferentialRequest } from './mlflow-process.ts'
import type { ParquetSpec } from './parquet-requests.ts'

type IsListed = (request: DifferentialRequest, mlflow: Answer, headrace: Answer) => boolean

/** The entries of docs/mlflow-differences.md that generated requests can meet, and how each is recognised. */
const LISTED: Readonly<Record<string, IsListed>> = {
  "a client's mistake that MLflow answers with 500": (_, mlflow, headrace) =>
    mlflow.status === 500 && headrace.status === 400,
  'text with a NUL character': (_, mlflow, headrace) =>
    mlflow.status === 200 && headrace.status === 400 && headrace.body.includes('holds a NUL character'),
  'a list or an object in a text column prints as NumPy or Arrow has it': (request, mlflow, headrace) =>
    mlflow.status === 200 &&
    headrace.status === 200 &&
    (hasStruct(request) || withoutGaps(mlflow.body) === withoutGaps(headrace.body)),
  'a parquet column of decimals, zoned timestamps or an Arrow dictionary': (request) =>
    'parquet' in request && request.parquet.columns.some((column) => isListedColumn(column, request.parquet)),
}

function isListedColumn({ type }: ParquetSpec['columns'][number], { pandas }: ParquetSpec): boolean {
  return type === 'decimal' || type === 'timestamp_tz' || (type === 'dictionary' && !pandas)
}

/** The reason on the list that covers a difference. */
export function listedDifference(...[request, mlflow, headrace]: Parameters<IsListed>): string | undefined {
  return Object.keys(LISTED).find((reason) => LISTED[reason]?.(request, mlflow, headrace))
}

function hasStruct(request: DifferentialRequest): boolean {
  return 'parquet' in request && request.parquet.columns.some(({ type }) => type === 'struct')
}

/** `[1.0, 2.0]` and `[1. 2.]` alike. */
function withoutGaps(body: string): string {
  return body
    .replace(/\.0?(?=[\s,\]])|[\s,]+/g, ' ')
    .replace(/ +/g, ' ')
    .replace(/\[ | \]/g, '')
}
