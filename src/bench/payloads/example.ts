import { isRecord } from '../../core/record.ts'

/** What is known of a model's inputs by an example: their values by name. */
export interface Example {
  /** Cells of columns, a list for each row; those without a name under their places, as `'0'`. */
  readonly columns: ReadonlyMap<string, readonly unknown[]>
  /** Arrays as they are nested; one alone under the empty name. */
  readonly tensors: ReadonlyMap<string, unknown>
  /** It is a frame: its columns are what the model takes. */
  readonly isFrame: boolean
  /** Parameters beside the inputs. */
  readonly params: unknown
}

/**
 * Reads the JSON value of `serving_input_example.json` or `input_example.json`: one of MLflow's four forms, or the
 * split frame alone that the second is for a frame. undefined where it is another.
 */
export function readExample(value: unknown): Example | undefined {
  if (Array.isArray(value)) return arraysExample(value, undefined)
  if (!isRecord(value)) return undefined
  const { params } = value
  const split = value['dataframe_split'] ?? ('data' in value ? value : undefined)
  if (isRecord(split)) return splitExample(split, params)
  const records = value['dataframe_records']
  if (Array.isArray(records)) return recordsExample(records, params)
  const arrays = value['inputs'] ?? value['instances']
  return arrays === undefined ? undefined : arraysExample(arrays, params)
}

function splitExample(
  { columns, data }: Readonly<Record<string, unknown>>,
  params: unknown,
): Example | undefined {
  if (!Array.isArray(data) || !data.every(Array.isArray)) return undefined
  const rows: readonly (readonly unknown[])[] = data
  const names: readonly unknown[] = Array.isArray(columns)
    ? columns
    : (rows[0] ?? []).map((_, place) => place)
  return {
    columns: new Map(names.map((name, place) => [String(name), rows.map((row) => row[place])])),
    tensors: new Map([['', data]]),
    isFrame: Array.isArray(columns),
    params,
  }
}

function recordsExample(records: readonly unknown[], params: unknown): Example {
  const columns = new Map<string, unknown[]>()
  for (const record of records.filter(isRecord)) {
    for (const [name, cell] of Object.entries(record)) {
      const cells = columns.get(name) ?? []
      columns.set(name, cells)
      cells.push(cell)
    }
  }
  return { columns, tensors: new Map(), isFrame: true, params }
}

/** `inputs` and `instances`: lists by name, rows as objects, or an array alone. */
function arraysExample(arrays: unknown, params: unknown): Example {
  if (Array.isArray(arrays)) {
    const byRow = recordsExample(arrays, params)
    if (byRow.columns.size > 0) return byRow
    const rows = arrays.every(Array.isArray) ? splitExample({ data: arrays }, params) : undefined
    const columns = rows?.columns ?? new Map([['0', arrays]])
    return { columns, tensors: new Map([['', arrays]]), isFrame: false, params }
  }
  const named = isRecord(arrays) ? Object.entries(arrays) : []
  return {
    columns: new Map(named.map(([name, list]) => [name, Array.isArray(list) ? list : [list]])),
    tensors: new Map(named),
    isFrame: false,
    params,
  }
}
