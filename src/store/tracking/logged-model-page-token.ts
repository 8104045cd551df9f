import { asciiJson } from '../../core/ascii-json.ts'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { isRecord } from '../../core/record.ts'
import type { LoggedModelOrder } from '../search/logged-model-search.ts'
import type { LoggedModelSearch } from './logged-model-store.ts'

/**
 * The page token of a search of logged models: base64 of a JSON text that holds the search beside the offset, so
 * that no other search takes it. Equal to that of MLflow 3.17.2 (`SearchLoggedModelsPaginationToken`), byte by byte.
 */
export function createLoggedModelPageToken(search: LoggedModelSearch, offset: number): string {
  const fields = [
    `"experiment_ids": ${spacedJson(search.experimentIds)}`,
    `"filter_string": ${spacedJson(search.filter || null)}`,
    `"order_by": ${spacedJson(wireOrder(search.orderBy))}`,
    `"offset": ${offset}`,
  ]
  return Buffer.from(`{${fields.join(', ')}}`, 'utf8').toString('base64')
}

/**
 * How many models come before the page of a token; 0 without one.
 * @throws ServingError INVALID_PARAMETER_VALUE for a token that is none, or that of another search
 */
export function readLoggedModelPageToken(search: LoggedModelSearch): number {
  if (search.pageToken === undefined || search.pageToken === '') return 0
  const token = parseToken(search.pageToken)
  requireEqual('Experiment IDs', 'do', search.experimentIds, token['experiment_ids'])
  requireEqual('Filter string', 'does', search.filter || null, token['filter_string'] || null)
  requireEqual('Order by', 'does', wireOrder(search.orderBy), token['order_by'] || null)
  const offset = token['offset'] ?? 0
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  throw invalidParameter(`Invalid page token: the offset is ${JSON.stringify(offset)}`)
}

function parseToken(token: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(token, 'base64').toString('utf8')
  try {
    const parsed: unknown = JSON.parse(text)
    if (isRecord(parsed)) return parsed
  } catch (error) {
    throw invalidParameter(`Invalid page token: ${token}. ${messageOf(error)}`)
  }
  throw invalidParameter(`Invalid page token: ${token}. It holds no object`)
}

type WireOrder = Readonly<Record<'field_name' | 'dataset_name' | 'dataset_digest', string | null>> & {
  readonly ascending: boolean
}

function wireOrder(orderBy: readonly LoggedModelOrder[] | undefined): readonly WireOrder[] | null {
  if (orderBy === undefined || orderBy.length === 0) return null
  return orderBy.map(({ fieldName, ascending, datasetName, datasetDigest }) => ({
    field_name: fieldName,
    ascending: ascending ?? true,
    dataset_name: datasetName || null,
    dataset_digest: datasetDigest || null,
  }))
}

function requireEqual(what: string, verb: 'do' | 'does', wanted: unknown, found: unknown): void {
  if (pythonText(wanted) === pythonText(found)) return
  const requested = what[0]?.toLowerCase() + what.slice(1)
  throw invalidParameter(
    `${what} in the page token ${verb} not match the requested ${requested}. ` +
      `Expected: ${shownText(wanted)}. Found: ${shownText(found)}`,
  )
}

/** What an f-string shows: a text stands without quotes. */
function shownText(value: unknown): string {
  return typeof value === 'string' ? value : pythonText(value)
}

/** Python's `repr` of JSON values. */
function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return pythonTextRepr(value)
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (!isRecord(value)) return String(value)
  const entries = Object.entries(value).map(([key, inner]) => `${pythonText(key)}: ${pythonText(inner)}`)
  return `{${entries.join(', ')}}`
}

/** JSON with a blank behind each comma and colon, as Python's `json.dumps` writes it. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (typeof value === 'string') return asciiJson(value)
  if (!isRecord(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => `${asciiJson(key)}: ${spacedJson(inner)}`)
  return `{${entries.join(', ')}}`
}
