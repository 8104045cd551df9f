import { invalidModel, messageOf, type ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { readModelFile } from './model-file.ts'
import { TFJS_VERSION } from './tfjs-version.ts'

/** A GraphDef with thousands of nodes takes a few megabytes. */
const MAX_BYTES = 256 * 1024 * 1024
/** Of lists and maps in one another. Readers of the topology may then call themselves for each level. */
const MAX_DEPTH = 500

export type TfjsFormat = 'layers-model' | 'graph-model'

/** A model.json with the keys that every TF.js model has; the others are unchecked. */
export interface ModelJson {
  readonly bytes: Uint8Array
  readonly format: TfjsFormat
  readonly topology: Readonly<Record<string, unknown>>
  readonly weightsManifest: unknown
  readonly content: Readonly<Record<string, unknown>>
}

/** @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST */
export async function readModelJson(directory: string, dataFile: string): Promise<ModelJson> {
  const bytes = await readModelFile(directory, dataFile, MAX_BYTES)
  const content = parse(dataFile, bytes)
  if (!isRecord(content)) throw broken(dataFile, 'it is not a map.')
  checkDepth(dataFile, content)
  const topology = content['modelTopology']
  if (!isRecord(topology)) throw broken(dataFile, describeMissingTopology(content))
  const format = readFormat(dataFile, content['format'], topology)
  const { weightsManifest } = content
  if (weightsManifest === undefined) {
    throw broken(dataFile, "it has no 'weightsManifest', so no weights. Save the model with its weights.")
  }
  return { bytes, format, topology, weightsManifest, content }
}

/**
 * The version of TF.js, or of its converter, that wrote the model; the one that is served where none is told.
 */
export function tfjsVersionOf({ content }: ModelJson): string {
  const writers = `${content['convertedBy']} ${content['generatedBy']}`
  return /TensorFlow\.js (?:Converter|tfjs-layers) v(\d[\w.-]*)/.exec(writers)?.[1] ?? TFJS_VERSION
}

/** Names of the files that hold the weights, as far as they are names. */
export function shardNamesOf({ weightsManifest }: ModelJson): readonly string[] {
  const groups: readonly unknown[] = Array.isArray(weightsManifest) ? weightsManifest : []
  return groups
    .flatMap((group) => (isRecord(group) && Array.isArray(group['paths']) ? group['paths'] : []))
    .filter((path) => typeof path === 'string')
}

function parse(dataFile: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw broken(dataFile, `it is not JSON: ${messageOf(error)}`, error)
  }
}

function describeMissingTopology(content: Readonly<Record<string, unknown>>): string {
  const isKeras = 'class_name' in content || 'model_config' in content
  const found = isKeras ? ': it is a Keras configuration, not a TF.js model' : ''
  return `it has no 'modelTopology'${found}. Save the model with TF.js, or convert it with tensorflowjs_converter.`
}

/** Older files do not say their format: a GraphDef has `node`, a Keras configuration its class. */
function readFormat(
  dataFile: string,
  stated: unknown,
  topology: Readonly<Record<string, unknown>>,
): TfjsFormat {
  const seen = formatOf(topology)
  if (seen === undefined) {
    throw broken(dataFile, "its 'modelTopology' is neither a Keras configuration nor a GraphDef.")
  }
  if (stated === undefined || stated === null || stated === seen) return seen
  // A model.json of tfjs-converter 1.x.
  if (stated === 'tfjs-layers-model' && seen === 'layers-model') return seen
  if (stated === 'tfjs-graph-model' && seen === 'graph-model') return seen
  throw broken(dataFile, `its format is ${JSON.stringify(stated)}, but its topology is that of a ${seen}.`)
}

function formatOf(topology: Readonly<Record<string, unknown>>): TfjsFormat | undefined {
  if (Array.isArray(topology['node'])) return 'graph-model'
  const configuration = topology['model_config'] ?? topology
  return isRecord(configuration) && typeof configuration['class_name'] === 'string'
    ? 'layers-model'
    : undefined
}

function checkDepth(dataFile: string, content: object): void {
  let level: readonly object[] = [content]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw broken(dataFile, `its lists and maps are nested more than ${MAX_DEPTH} levels deep.`)
    }
    level = level.flatMap((value) => Object.values(value).filter(isNested))
  }
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function broken(dataFile: string, reason: string, cause?: unknown): ServingError {
  return invalidModel(`'${dataFile}' cannot be read as a TF.js model: ${reason}`, {
    details: { file: dataFile },
    ...(cause === undefined ? {} : { cause }),
  })
}
