import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Document } from 'yaml'
import { invalidModel, messageOf, notFound, ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { parseSignature } from '../signature/parse-signature.ts'
import { FLAVOR_NAMES } from './flavor-table.ts'
import type { MlModel } from './mlmodel.ts'
import { readModelFile } from './model-file.ts'
import { readModelJson, tfjsVersionOf } from './tfjs-model-json.ts'

const FILE_NAME = 'MLmodel'
/** What TF.js calls the file of a model that lies in a folder of its own. */
const TFJS_FILE_NAME = 'model.json'
/** What most programs call the ONNX file of a folder; counts where there are others beside it. */
const ONNX_FILE_NAME = 'model.onnx'
/** What MLflow writes beside every MLmodel file; without that file such a folder is incomplete, and its signature unknown. */
const MLFLOW_FILE_NAMES: ReadonlySet<string> = new Set(['conda.yaml', 'python_env.yaml'])
const MAX_BYTES = 1_000_000
/** MLmodel files of MLflow have no aliases at all; this leaves no room for aliases of aliases. */
const MAX_ALIASES = 16

/**
 * Reads the MLmodel file of a model folder, or makes up what it would say for a bare `.onnx` file, a folder with one, a bare
 * TF.js folder or its model.json. Keys that this version does not know are passed over, and all but `flavors` may be absent: MLflow has written
 * these files since 2018.
 * @param flavor the one that is to be served, where that is said; else the preferred one of those that there are.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST, or INVALID_PARAMETER_VALUE where the file is broken or names no
 *   flavor that Headrace serves, or not the one that is wanted.
 */
export async function readMlModel(path: string, flavor?: string): Promise<MlModel> {
  const model = await readAny(path, flavor)
  if (flavor === undefined || model.flavor === flavor) return model
  throw lacksFlavor(flavor, [model.flavor])
}

async function readAny(path: string, flavor: string | undefined): Promise<MlModel> {
  const found = await realpath(path).catch(() => {
    throw notFound(`There is no model at '${path}'.`, { path })
  })
  const stats = await stat(found)
  if (stats.isDirectory()) return await readFolder(found, flavor)
  if (stats.isFile() && found.endsWith('.onnx')) {
    return bareModel(dirname(found), 'onnx', { data: basename(found) })
  }
  if (stats.isFile() && found.endsWith('.json')) return await bareTfjsModel(dirname(found), basename(found))
  throw invalidModel(`'${path}' is neither a model folder nor an .onnx file nor a model.json.`, {
    details: { path },
  })
}

async function readFolder(directory: string, flavor: string | undefined): Promise<MlModel> {
  const bytes = await readIfThere(directory)
  if (bytes !== undefined) return parseMlModel(directory, await parseYaml(directory, bytes), flavor)
  try {
    return await bareTfjsModel(directory, TFJS_FILE_NAME)
  } catch (error) {
    if (isNotFound(error)) return await bareOnnxFolder(directory)
    throw invalidModel(`There is no MLmodel file in '${directory}', and ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function bareTfjsModel(directory: string, data: string): Promise<MlModel> {
  const model = await readModelJson(directory, data)
  return bareModel(directory, 'tfjs', {
    ...{ data, format: model.format, tfjs_version: tfjsVersionOf(model) },
  })
}

async function bareOnnxFolder(directory: string): Promise<MlModel> {
  const all = await readdir(directory)
  if (all.some((file) => MLFLOW_FILE_NAMES.has(file))) {
    throw notFound(`There is no MLmodel file in '${directory}', which MLflow wrote: it is incomplete.`, {
      path: directory,
    })
  }
  const files = all.filter((file) => file.endsWith('.onnx'))
  const data = files.length === 1 ? files[0] : files.find((file) => file === ONNX_FILE_NAME)
  if (data !== undefined) return bareModel(directory, 'onnx', { data })
  const found =
    files.length === 0
      ? `There is no MLmodel file in '${directory}'.`
      : `There is no MLmodel file in '${directory}', and none of its ${files.length} .onnx files is called ${ONNX_FILE_NAME}.`
  throw notFound(found, { path: directory })
}

function bareModel(directory: string, flavor: string, flavorConfig: MlModel['flavorConfig']): MlModel {
  return {
    ...{ directory, flavor, flavorConfig },
    signature: undefined,
    runId: undefined,
    modelId: undefined,
    mlflowVersion: undefined,
    servingInputPath: undefined,
    inputExamplePath: undefined,
  }
}

async function readIfThere(directory: string): Promise<Uint8Array | undefined> {
  return await readModelFile(directory, FILE_NAME, MAX_BYTES).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
    return undefined
  })
}

async function parseYaml(directory: string, bytes: Uint8Array): Promise<Document> {
  const { parseDocument } = await import('yaml')
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Of a key that is there twice the last one counts, as for PyYAML; looking for such takes the square of the keys.
    const document = parseDocument(source, {
      ...{ schema: 'core', merge: false, uniqueKeys: false, logLevel: 'error' },
    })
    // Unknown tags are warnings; MLflow's loader refuses them too.
    const problem = document.errors[0] ?? document.warnings[0]
    if (problem !== undefined) throw problem
    return document
  } catch (error) {
    throw broken(directory, messageOf(error), error)
  }
}

function parseMlModel(directory: string, document: Document, wanted: string | undefined): MlModel {
  const content = toPlain(directory, document)
  const flavors = content['flavors']
  if (!isRecord(flavors)) throw broken(directory, "it has no map 'flavors'.")
  const flavor = chooseFlavor(flavors, wanted)
  const flavorConfig = flavors[flavor] ?? {}
  if (!isRecord(flavorConfig)) throw broken(directory, `the entry of flavor '${flavor}' is not a map.`)
  const fromTypeHint = content['is_signature_from_type_hint'] === true
  const saved = content['saved_input_example_info']
  const example = isRecord(saved) ? saved : {}
  return {
    directory,
    flavor,
    flavorConfig,
    signature: parseSignature(content['signature'], { fromTypeHint }),
    runId: textAt(document, 'run_id'),
    modelId: textAt(document, 'model_id'),
    mlflowVersion: textAt(document, 'mlflow_version'),
    servingInputPath: text(example['serving_input_path']),
    inputExamplePath: text(example['artifact_path']),
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}

function toPlain(directory: string, document: Document): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    if (isRecord(content)) return content
  } catch (error) {
    throw broken(directory, messageOf(error), error)
  }
  throw broken(directory, 'it is not a map.')
}

function chooseFlavor(flavors: Readonly<Record<string, unknown>>, wanted: string | undefined): string {
  if (wanted !== undefined) {
    if (FLAVOR_NAMES.includes(wanted) && Object.hasOwn(flavors, wanted)) return wanted
    throw lacksFlavor(wanted, Object.keys(flavors))
  }
  const chosen = FLAVOR_NAMES.find((name) => Object.hasOwn(flavors, name))
  if (chosen !== undefined) return chosen
  const found = Object.keys(flavors).filter((name) => name !== 'python_function')
  const described = found.length > 0 ? found.join(', ') : Object.keys(flavors).join(', ') || 'none'
  throw invalidModel(
    `The model has no flavor that Headrace serves (${FLAVOR_NAMES.join(', ')}); its flavors are: ${described}. ` +
      'Convert it to ONNX and log it with mlflow.onnx.log_model, or to TF.js and register it with headrace models register.',
    { details: { flavors: Object.keys(flavors) } },
  )
}

function lacksFlavor(wanted: string, flavors: readonly string[]): ServingError {
  return invalidModel(`The model has no flavor '${wanted}'; its flavors are: ${flavors.join(', ')}.`, {
    details: { flavors },
  })
}

/**
 * A text by its spelling: PyYAML writes an id such as 12e4 without quotes, which is a number in the core schema
 * and a text in its own.
 */
function textAt(document: Document, key: string): string | undefined {
  const node: unknown = document.get(key, true)
  if (!isRecord(node)) return undefined
  return typeof node['value'] === 'number' ? text(node['source']) : text(node['value'])
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function broken(directory: string, reason: string, cause?: unknown): ServingError {
  return invalidModel(`The MLmodel file of '${directory}' cannot be read: ${reason}`, {
    details: { directory },
    ...(cause === undefined ? {} : { cause }),
  })
}
