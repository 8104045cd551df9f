import type { FileMetaData } from 'hyparquet'

/** What pandas writes into the footer about the frame that it stored (`pandas` key, JSON). */
export interface PandasMetadata {
  /** Columns of the file that were the frame's index: no columns when read again. */
  readonly indexColumns: ReadonlySet<string>
  /** The frame's index where it was an arithmetic progression, which takes no column. */
  readonly range: { readonly start: number; readonly step: number } | undefined
  /** Columns whose dtype was `category`. */
  readonly categories: ReadonlySet<string>
  /** The frame's column names were integers; the file has them as text. */
  readonly hasIntegerNames: boolean
  /** Time zones of datetime columns by name, and which columns are time differences. */
  readonly zones: ReadonlyMap<string, string>
  readonly durations: ReadonlySet<string>
}

/** Files of other writers have no such metadata, and a broken one is taken for none. */
export function pandasMetadataOf(metadata: FileMetaData): PandasMetadata {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'pandas')?.value
  const found = text === undefined ? undefined : parseObject(text)
  const columns = objectsOf(found?.['columns'])
  const columnIndexes = objectsOf(found?.['column_indexes'])
  const indexColumns = Array.isArray(found?.['index_columns']) ? found['index_columns'] : []
  return {
    indexColumns: new Set(indexColumns.filter((name): name is string => typeof name === 'string')),
    range: objectsOf(indexColumns).map(rangeOf)[0],
    categories: new Set(columns.flatMap(categoryOf)),
    hasIntegerNames: columnIndexes.length === 1 && columnIndexes[0]!['pandas_type'] === 'int64',
    zones: new Map(columns.flatMap(zoneOf)),
    durations: new Set(columns.flatMap(durationOf)),
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rangeOf({ start, step }: JsonObject): { readonly start: number; readonly step: number } {
  return { start: Number(start), step: Number(step) }
}

function categoryOf({ field_name: name, pandas_type: type }: JsonObject): string[] {
  return typeof name === 'string' && type === 'categorical' ? [name] : []
}

function zoneOf(column: JsonObject): [string, string][] {
  const { field_name: name, metadata } = column
  const zone = isObject(metadata) ? metadata['timezone'] : undefined
  return typeof name === 'string' && typeof zone === 'string' ? [[name, zone]] : []
}

function durationOf(column: JsonObject): string[] {
  const { field_name: name, numpy_type: type } = column
  return typeof name === 'string' && typeof type === 'string' && type.startsWith('timedelta64') ? [name] : []
}
