import { readFileSync } from 'node:fs'
import { readJson } from '../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../../src/protocols/mlflow-scoring/python/python-value.ts'
import type { RecordedModel, RecordedRequest } from '../../protocol/concurrent/support/recorded-models.ts'

type Random = () => number

const MOST_ROWS = 5
/** Of the model that has params: they are checked, and requests with different ones may not share a run. */
const PARAMS = [
  '',
  ', "params": {"confidence": 0.5}',
  ', "params": {"unit": "points", "explain": true}',
  ', "params": {"quantiles": [0.25, 0.75]}',
  ', "params": {"horizon_months": "x"}',
]

/** Requests like the model's example, of which no two have the same rows. */
export function distinctRequests(model: RecordedModel, count: number, random: Random): RecordedRequest[] {
  const example = readJson(readFileSync(`${model.folder}/serving_input_example.json`, 'utf8'))
  return Array.from({ length: count }, (_, index) => {
    const body = requestLike(example, model.name.startsWith('params'), random)
    const recording = {
      ...{ id: `${index}`, model: model.name, kind: 'distinct', content_type: 'application/json', body },
      ...{ status: 200, resp_type: 'application/json', resp: '' },
    }
    return { model, recording, body: Buffer.from(body) }
  })
}

function requestLike(example: PyValue, takesParams: boolean, random: Random): string {
  const rows = 1 + Math.floor(random() * MOST_ROWS)
  const split = (example as ReadonlyMap<string, PyValue>).get('dataframe_split')
  if (isDict(split)) {
    const data = drawn(split.get('data') as PyValue[], rows, random)
    const params = takesParams ? PARAMS[Math.floor(random() * PARAMS.length)] : ''
    return `{"dataframe_split": {"columns": ${text(split.get('columns')!)}, "data": ${text(data)}}${params}}`
  }
  const inputs = (example as ReadonlyMap<string, PyValue>).get('inputs')!
  if (isList(inputs)) return `{"inputs": ${text(drawn(inputs, rows, random))}}`
  const columns = [...(inputs as ReadonlyMap<string, PyValue>)].map(([name, values]): [string, PyValue] => [
    name,
    drawn(values as PyValue[], rows, random),
  ])
  return `{"inputs": ${text(new Map(columns))}}`
}

function drawn(rows: readonly PyValue[], count: number, random: Random): PyValue[] {
  return Array.from({ length: count }, () => varied(rows[Math.floor(random() * rows.length)]!, random))
}

/** Floats and integers of about the same size, words in another order; short texts are categories and stay. */
function varied(value: PyValue, random: Random): PyValue {
  if (isList(value)) return value.map((item) => varied(item, random))
  if (typeof value === 'number') return value * (0.8 + 0.4 * random()) + 0.01 * random()
  if (typeof value === 'bigint') return value + BigInt(Math.floor(random() * 7))
  if (typeof value !== 'string' || !value.includes(' ')) return value
  const words = value.split(' ')
  return words.map(() => words[Math.floor(random() * words.length)]).join(' ')
}

/** JSON in which floats stay floats. */
function text(value: PyValue): string {
  if (isList(value)) return `[${value.map(text).join(', ')}]`
  if (isDict(value))
    return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}: ${text(item)}`).join(', ')}}`
  if (typeof value === 'number' && Number.isInteger(value)) return `${value}.0`
  return typeof value === 'string' ? JSON.stringify(value) : `${value}`
}
