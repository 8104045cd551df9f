import { writeFileSync } from 'node:fs'
import { csvRequest } from '../mlflow-differential/csv-requests.ts'
import { CellMaker } from '../mlflow-differential/json-cells.ts'
import { jsonRequest } from '../mlflow-differential/json-requests.ts'
import type { ModelOutline } from '../mlflow-differential/model-outline.ts'
import { paramsText } from '../mlflow-differential/param-requests.ts'
import { type ParquetSpec, parquetRequest } from '../mlflow-differential/parquet-requests.ts'
import type { Random } from '../mlflow-differential/random.ts'
import type { PredictQuestion } from './pandas-process.ts'

/** An input of a batch run, as text or as what the Python side writes. */
export type BatchInput =
  | { readonly format: 'csv' | 'json'; readonly text: string }
  /** `document` is what is to be answered alike: the same records as one JSON document. */
  | { readonly format: 'jsonl'; readonly text: string; readonly document: string; readonly params?: string }
  | { readonly format: 'parquet'; readonly spec: ParquetSpec }

export function batchInput(random: Random, model: ModelOutline): BatchInput {
  switch (random.weighted({ csv: 4, json: 4, jsonl: 2, parquet: 1 })) {
    case 'csv':
      return { format: 'csv', text: csvRequest(random, model) }
    case 'jsonl':
      return linesInput(random, model)
    case 'parquet':
      return { format: 'parquet', spec: parquetRequest(random, model) }
    default:
      return { format: 'json', text: jsonRequest(random, model) }
  }
}

function linesInput(random: Random, model: ModelOutline): BatchInput {
  const makers = model.columns.map(({ name, kind }) => ({ name, maker: new CellMaker(random, kind) }))
  const leavesOut = random.chance(0.15)
  const records = random.times(1 + random.below(8), () => {
    const present = leavesOut ? makers.filter(() => random.chance(0.8)) : makers
    return `{${present.map(({ name, maker }) => `${JSON.stringify(name)}: ${maker.cell()}`).join(', ')}}`
  })
  const params = random.chance(model.hasParams ? 0.4 : 0.02) ? paramsText(random) : undefined
  const hasParams = params?.startsWith('{') === true
  const blank = () => (random.chance(0.05) ? random.pick(['\n', ' \n', '\r\n']) : '')
  const end = random.pick(['\n', '\n', '\n', '\r\n'])
  return {
    format: 'jsonl',
    text: records.map((record) => `${blank()}${record}${end}`).join(''),
    document: `{"dataframe_records": [${records.join(', ')}]${hasParams ? `, "params": ${params}` : ''}}`,
    ...(hasParams ? { params } : {}),
  }
}

/** Puts the input there, and says what MLflow is to be asked about it. */
export function writeInput(input: BatchInput, model: string, path: string): PredictQuestion {
  switch (input.format) {
    case 'parquet':
      return { model, path, format: 'parquet', parquet: input.spec }
    case 'jsonl':
      writeFileSync(path, input.text)
      writeFileSync(`${path}.document`, input.document)
      return { model, path: `${path}.document`, format: 'json' }
    default:
      writeFileSync(path, input.text)
      return { model, path, format: input.format }
  }
}
