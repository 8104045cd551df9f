import { invalidParameter } from '../../core/errors.ts'
import { pythonListText } from '../../core/python-repr.ts'
import type { ClauseEntity, ClauseValue } from './clause.ts'
import type { Field, FilterLanguage, WrittenValue } from './filter-language.ts'
import { setRepr } from './python-collections.ts'
import { quotedText, unquotedKey, withoutBackticks } from './quoted.ts'
import { attributeValue, isTextLike, listValue, numberOf, textValue } from './written-value.ts'

/** Names of entities as clauses and orders of runs write them, and what MLflow's errors call them. */
const ENTITIES: Readonly<Record<string, ClauseEntity>> = {
  metric: 'metric',
  metrics: 'metric',
  parameter: 'parameter',
  parameters: 'parameter',
  param: 'parameter',
  params: 'parameter',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
}

const ENTITIES_SHOWN = ['metric', 'parameter', 'tag', 'attribute', 'dataset'] as const

export type RunAttribute =
  | 'run_id'
  | 'run_name'
  | 'user_id'
  | 'status'
  | 'artifact_uri'
  | 'start_time'
  | 'end_time'

const ORDERABLE: Readonly<Record<string, RunAttribute>> = {
  artifact_uri: 'artifact_uri',
  end_time: 'end_time',
  run_id: 'run_id',
  run_name: 'run_name',
  start_time: 'start_time',
  status: 'status',
  user_id: 'user_id',
  created: 'start_time',
  Created: 'start_time',
}

const SEARCHABLE: Readonly<Record<string, RunAttribute>> = {
  ...ORDERABLE,
  'run name': 'run_name',
  'Run name': 'run_name',
  'Run Name': 'run_name',
}

const DATASET_KEYS = ['name', 'digest', 'context'] as const

export type DatasetKey = (typeof DATASET_KEYS)[number]

/** The field of an order of runs. @throws ServingError INVALID_PARAMETER_VALUE */
export function orderField(written: string): Field {
  return fieldOf(written, ORDERABLE)
}

/** The attribute of a field with the entity `attribute`: some have several names. */
export function runAttribute(key: string): RunAttribute {
  return SEARCHABLE[key] as RunAttribute
}

export function isTime(attribute: RunAttribute): attribute is 'start_time' | 'end_time' {
  return attribute === 'start_time' || attribute === 'end_time'
}

/** Filters of runs. */
export const runLanguage: FilterLanguage = {
  field: (written) => fieldOf(written, SEARCHABLE),
  value: runValue,
  requireNullable: ({ entity, key }) => {
    if (entity === 'tag' || entity === 'parameter') return
    throw invalidParameter(
      `IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`,
    )
  },
  showInvalid: (text) => `'${text}'`,
}

function fieldOf(written: string, attributes: Readonly<Record<string, RunAttribute>>): Field {
  const dot = written.indexOf('.')
  const entity = dot === -1 ? 'attribute' : entityOf(written.slice(0, dot))
  const key = unquotedKey(written.slice(dot + 1))
  if (entity === 'attribute' && !Object.hasOwn(attributes, key)) {
    throw invalidParameter(
      `Invalid attribute key '${key}' specified. Valid keys are '${setRepr(Object.keys(attributes))}'`,
    )
  }
  if (entity === 'dataset' && !(DATASET_KEYS as readonly string[]).includes(key)) {
    throw invalidParameter(
      `Invalid dataset key '${key}' specified. Valid keys are '${setRepr(DATASET_KEYS)}'`,
    )
  }
  return { entity, key }
}

function entityOf(written: string): ClauseEntity {
  const name = withoutBackticks(written)
  const entity = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
  if (entity !== undefined) return entity
  throw invalidParameter(`Invalid entity type '${name}'. Valid values are ${pythonListText(ENTITIES_SHOWN)}`)
}

function runValue({ entity, key }: Field, written: WrittenValue): ClauseValue {
  switch (entity) {
    case 'metric':
      return metricValue(written)
    case 'parameter':
    case 'tag':
      return textValue(entity, written)
    case 'attribute':
      return attributeValue(key, written, ['run_id'], isTime(runAttribute(key)))
    case 'dataset':
      return datasetValue(written)
  }
}

function metricValue(written: WrittenValue): ClauseValue {
  const value = numberOf(written)
  if (value !== undefined) return Number(value)
  throw invalidParameter(`Expected numeric value type for metric. Found ${written.text}`)
}

function datasetValue(written: WrittenValue): ClauseValue {
  if (isTextLike(written)) return quotedText(written.text)
  if (written.kind === 'list') return listValue(written)
  throw invalidParameter(`Expected a quoted string value for dataset attributes. Got value ${written.text}`)
}
