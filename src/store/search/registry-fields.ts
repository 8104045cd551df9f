import { invalidParameter } from '../../core/errors.ts'
import type { ClauseValue } from './clause.ts'
import { entityAndKey, fieldAmong, requireAttribute } from './experiment-fields.ts'
import type { Field, FilterLanguage, WrittenValue } from './filter-language.ts'
import { setRepr } from './python-collections.ts'
import { quotedText, unquotedKey } from './quoted.ts'
import { isTextLike, listOf, numberOf, textValue } from './written-value.ts'

const MODEL_ATTRIBUTES = ['name'] as const

const VERSION_ATTRIBUTES = ['name', 'version_number', 'run_id', 'source_path'] as const

export type VersionAttribute = (typeof VERSION_ATTRIBUTES)[number]

export const VERSION_ORDERS = [
  'name',
  'version_number',
  'creation_timestamp',
  'last_updated_timestamp',
] as const

export type VersionOrder = (typeof VERSION_ORDERS)[number]

/** What errors call the numbers of versions; of these only `version_number` can be in a filter. */
const VERSION_NUMBERS = ['version_number', 'creation_timestamp', 'last_updated_timestamp']

/** Filters of registered models. */
export const modelLanguage: FilterLanguage = {
  field: (written) => registryField(MODEL_ATTRIBUTES, written),
  value: ({ entity, key }, written) => {
    return entity === 'tag' ? textValue(entity, written) : registryValue(key, ['name'], written)
  },
  requireNullable,
  showInvalid: (text) => text,
}

/** Filters of model versions. */
export const versionLanguage: FilterLanguage = {
  field: (written) => registryField(VERSION_ATTRIBUTES, written),
  value: ({ entity, key }, written) => {
    return entity === 'tag' ? textValue(entity, written) : versionValue(key, written)
  },
  requireNullable,
  showInvalid: (text) => text,
}

/** The field of an order of versions. @throws ServingError INVALID_PARAMETER_VALUE */
export function versionOrderField(written: string): Field {
  return fieldAmong(VERSION_ORDERS, written)
}

/** Quotes around an attribute are not taken for quotes, unlike those around the key of a tag. */
function registryField(attributes: readonly string[], written: string): Field {
  const { entity, key } = entityAndKey(written)
  if (entity === 'attribute') requireAttribute(attributes, key)
  return { entity, key: unquotedKey(key) }
}

function requireNullable({ entity, key }: Field): void {
  throw invalidParameter(
    `IS NULL / IS NOT NULL is not supported in the registry: not for '${entity}' '${key}'`,
  )
}

function versionValue(key: string, written: WrittenValue): ClauseValue {
  const value = numberOf(written)
  if (value === undefined) return registryValue(key, ['name', 'run_id'], written)
  if (VERSION_NUMBERS.includes(key)) return value
  throw invalidParameter(
    `Only the '${setRepr(VERSION_NUMBERS)}' attributes support comparison with numeric values.`,
  )
}

function registryValue(key: string, lists: readonly string[], written: WrittenValue): ClauseValue {
  if (isTextLike(written)) return quotedText(written.text)
  if (written.kind === 'list') return listOf(key, lists, written)
  throw invalidParameter(
    'Expected a quoted string value or a list of quoted string values for attributes. ' +
      `Got value ${written.text}`,
  )
}
