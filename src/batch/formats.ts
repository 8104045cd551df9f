import { extname } from 'node:path'

export const INPUT_FORMATS = ['json', 'csv', 'parquet', 'jsonl'] as const
export const OUTPUT_FORMATS = ['json', 'jsonl', 'csv', 'parquet'] as const

/** How the rows to be predicted are written down. */
export type InputFormat = (typeof INPUT_FORMATS)[number]

/** How the predictions are: `json` is one reply of MLflow's scoring server, the others have a row for each row. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

const BY_EXTENSION = new Map<string, InputFormat & OutputFormat>([
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.parquet', 'parquet'],
  ['.pq', 'parquet'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
])

/** The format that a file's name tells; JSON where it tells none, as for MLflow. */
export function formatOfFile(path: string | undefined): InputFormat & OutputFormat {
  return (path === undefined ? undefined : BY_EXTENSION.get(extname(path).toLowerCase())) ?? 'json'
}
