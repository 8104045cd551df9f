import { invalidParameter } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import type { ClauseValue } from './clause.ts'
import type { Field, FilterLanguage, WrittenValue } from './filter-language.ts'
import { setRepr, tupleRepr } from './python-collections.ts'
import { unquotedKey } from './quoted.ts'
import { attributeValue, textValue } from './written-value.ts'

const ENTITIES = ['attribute', 'tag', 'tags']

const ATTRIBUTES = ['name', 'experiment_id', 'creation_time', 'last_update_time'] as const

export type ExperimentAttribute = (typeof ATTRIBUTES)[number]

/** Filters of experiments. */
export const experimentLanguage: FilterLanguage = {
  field: experimentField,
  value: experimentValue,
  requireNullable: ({ entity, key }) => {
    if (entity === 'tag') return
    throw invalidParameter(`IS NULL / IS NOT NULL is only supported for tags, not for attribute '${key}'`)
  },
  showInvalid: (text) => text,
}

/** The field of a clause or an order of experiments. @throws ServingError INVALID_PARAMETER_VALUE */
export function experimentField(written: string): Field {
  return fieldAmong(ATTRIBUTES, written)
}

/**
 * A field whose entity is the attribute or the tag.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function fieldAmong(attributes: readonly string[], written: string): Field {
  const { entity, key: quotedKey } = entityAndKey(written)
  const key = unquotedKey(quotedKey)
  if (entity === 'attribute') requireAttribute(attributes, key)
  return { entity, key }
}

/** Splits a field at its first dot; without one it is an attribute. */
export function entityAndKey(written: string): { entity: 'attribute' | 'tag'; key: string } {
  const dot = written.indexOf('.')
  const entity = dot === -1 ? 'attribute' : written.slice(0, dot)
  if (!ENTITIES.includes(entity)) {
    throw invalidParameter(`Invalid entity type '${entity}'. Valid entity types are ${tupleRepr(ENTITIES)}`)
  }
  return { entity: entity === 'attribute' ? 'attribute' : 'tag', key: written.slice(dot + 1) }
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function requireAttribute(attributes: readonly string[], key: string): void {
  if (attributes.includes(key)) return
  throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are '${setRepr(attributes)}'`)
}

/** What errors say of a number that an attribute cannot be compared with. */
export function invalidNumber(key: string, shown: string): Error {
  return invalidParameter(`Invalid value for numeric attribute '${key}': ${shown}`)
}

/** As `invalidNumber`, of a text. */
export function invalidNumberText(key: string, text: string): Error {
  return invalidNumber(key, pythonTextRepr(text))
}

function experimentValue({ entity, key }: Field, written: WrittenValue): ClauseValue {
  if (entity === 'tag') return textValue(entity, written)
  const isNumeric = key === 'creation_time' || key === 'last_update_time'
  return attributeValue(key, written, ['experiment_id'], isNumeric)
}
