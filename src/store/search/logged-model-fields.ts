import { invalidParameter } from '../../core/errors.ts'
import { pythonListText, pythonTextRepr } from '../../core/python-repr.ts'
import { type Sql, sql } from '../sql/sql.ts'
import { isOneOf } from './comparators.ts'

const ENTITIES = ['attributes', 'metrics', 'params', 'tags'] as const

export type LoggedModelEntity = (typeof ENTITIES)[number]

export interface LoggedModelField {
  readonly entity: LoggedModelEntity
  readonly key: string
}

const TEXT_COLUMNS = {
  model_id: sql`"logged_models"."model_id"`,
  name: sql`"logged_models"."name"`,
  artifact_location: sql`"logged_models"."artifact_location"`,
  lifecycle_stage: sql`"logged_models"."lifecycle_stage"`,
  model_type: sql`"logged_models"."model_type"`,
  source_run_id: sql`"logged_models"."source_run_id"`,
  status_message: sql`"logged_models"."status_message"`,
} as const

const TIME_COLUMNS = {
  creation_timestamp_ms: sql`"logged_models"."creation_timestamp_ms"`,
  last_updated_timestamp_ms: sql`"logged_models"."last_updated_timestamp_ms"`,
} as const

/** The attributes of logged models, which are the columns of their table. */
export const COLUMNS: Readonly<Record<string, Sql>> = {
  ...TEXT_COLUMNS,
  ...TIME_COLUMNS,
  status: sql`"logged_models"."status"`,
  experiment_id: sql`"logged_models"."experiment_id"`,
}

/** What the API calls some columns. */
const ALIASES: Readonly<Record<string, string>> = {
  creation_time: 'creation_timestamp_ms',
  creation_timestamp: 'creation_timestamp_ms',
  last_updated_timestamp: 'last_updated_timestamp_ms',
}

/** The column that an attribute without a prefix means. */
export function columnName(name: string): string {
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] as string) : name
}

/** The left side of a clause. @throws ServingError INVALID_PARAMETER_VALUE for an unknown entity */
export function loggedModelField(written: string): LoggedModelField {
  const [, entity, key] = /^([a-z]+)\.([^\n]+)$/.exec(written) ?? []
  if (entity === undefined || key === undefined) {
    return { entity: 'attributes', key: withoutOuterBackticks(columnName(written)) }
  }
  if (isOneOf(entity, ENTITIES)) return { entity, key: withoutOuterBackticks(key) }
  throw invalidParameter(
    `Invalid entity type: ${pythonTextRepr(entity)}. Expected one of ${pythonListText(ENTITIES)}.`,
  )
}

export function isNumeric({ entity, key }: LoggedModelField): boolean {
  return entity === 'metrics' || (entity === 'attributes' && Object.hasOwn(TIME_COLUMNS, columnName(key)))
}

function withoutOuterBackticks(text: string): string {
  return text.replace(/^`+|`+$/g, '')
}
