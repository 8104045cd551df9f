import { invalidParameter } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'

const MANDATORY = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'] as const

/**
 * What MLflow 3.17.2 keeps of a model that a client before MLflow 3 has logged (`Model.get_tags_dict`).
 * @param json the text of its MLmodel file, as JSON
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function recordedModel(json: string): Readonly<Record<string, unknown>> {
  const model = parsedModel(json)
  const missing = MANDATORY.filter((field) => !Object.hasOwn(model, field))
  if (missing.length > 0) {
    const names = missing.map((field) => `'${field}'`).join(', ')
    throw invalidParameter(`Model json is missing mandatory fields: {${names}}`)
  }
  return {
    run_id: model['run_id'],
    artifact_path: model['artifact_path'],
    utc_time_created: model['utc_time_created'],
    model_uuid: model['model_uuid'] ?? null,
    flavors: withoutConfigs(model['flavors']),
  }
}

function parsedModel(json: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw invalidParameter(`Malformed model info. \n ${json} \n is not a valid JSON.`)
  }
  if (isRecord(parsed)) return parsed
  throw invalidParameter(`Malformed model info. \n ${json} \n is not a JSON object.`)
}

function withoutConfigs(flavors: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(flavors)) return {}
  const entries = Object.entries(flavors).map(([name, flavor]) => [name, withoutConfig(flavor)])
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>
}

function withoutConfig(flavor: unknown): unknown {
  if (!isRecord(flavor)) return flavor
  const { config: _, ...rest } = flavor
  return rest
}
