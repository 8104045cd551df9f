import { parse } from 'yaml'
import { invalidModel } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'

/** Files that MLflow and Headrace look for beside an MLmodel file without being told. */
const USUAL = [
  ...['golden.jsonl', 'serving_input_example.json', 'input_example.json'],
  ...['requirements.txt', 'conda.yaml', 'python_env.yaml'],
]

/** Options of flavors that hold the path of a model's own file. */
const PATH_OPTIONS = ['data', 'model_path', 'model_data'] as const

/**
 * Relative paths that a model without a listing may have: what the MLmodel file and its flavors name, and the usual
 * ones. Weights that a file keeps beside itself are not known here.
 * @param text of the MLmodel file
 * @throws ServingError INVALID_PARAMETER_VALUE where it is not YAML
 */
export function namedFiles(text: string, uri: string): readonly string[] {
  const model = parsed(text, uri)
  const flavors = isRecord(model['flavors']) ? Object.values(model['flavors']).filter(isRecord) : []
  const example = isRecord(model['saved_input_example_info']) ? model['saved_input_example_info'] : {}
  const names = [
    ...flavors.flatMap((flavor) => PATH_OPTIONS.map((option) => flavor[option])),
    ...[example['artifact_path'], example['serving_input_path']],
    ...USUAL,
  ]
  return [...new Set(names.filter((name) => typeof name === 'string').filter(isRelative))]
}

/** Path of the model.json that an MLmodel file names; undefined where the model has no flavor of TF.js. */
export function namedModelJson(text: string, uri: string): string | undefined {
  const { flavors } = parsed(text, uri)
  const tfjs = isRecord(flavors) ? flavors['tfjs'] : undefined
  const data = isRecord(tfjs) ? tfjs['data'] : undefined
  return typeof data === 'string' && isRelative(data) ? data : undefined
}

function parsed(text: string, uri: string): Readonly<Record<string, unknown>> {
  try {
    // To look for keys that are there twice would take the square of their number.
    const model: unknown = parse(text, { uniqueKeys: false })
    if (isRecord(model)) return model
  } catch (cause) {
    throw invalidModel(`The MLmodel file at ${uri} is not YAML`, { cause })
  }
  throw invalidModel(`The MLmodel file at ${uri} holds no map`)
}

/** A path that leads nowhere but down. */
export function isRelative(name: string): boolean {
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}
