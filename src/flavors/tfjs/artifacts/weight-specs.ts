import { invalidModel, type ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import type { WeightSpec } from './model-artifacts.ts'
import { weightBytes } from './weight-layout.ts'

/** An entry of `weightsManifest`: weights, and the shards that hold them one after the other. */
export interface WeightGroup {
  readonly paths: readonly string[]
  readonly specs: readonly WeightSpec[]
}

/** Protobuf's limit, which the SavedModel of no such model exceeds. */
const MAX_WEIGHT_BYTES = 2 ** 31

const DTYPES: ReadonlySet<unknown> = new Set(['float32', 'int32', 'bool', 'string', 'complex64'])

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function readShardNames(manifest: unknown): readonly string[] {
  return readGroupEntries(manifest).flatMap(readPaths)
}

/**
 * The manifest of a model.json, checked (tfjs-core 4.22, `io.WeightsManifestConfig`).
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function readWeightGroups(manifest: unknown): readonly WeightGroup[] {
  const groups = readGroupEntries(manifest).map((entry, index) => ({
    paths: readPaths(entry, index),
    specs: readSpecs(entry['weights'], index),
  }))
  checkNames(groups.flatMap(({ specs }) => specs))
  return groups
}

function readGroupEntries(manifest: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(manifest) && manifest.every(isRecord)) return manifest
  throw broken("'weightsManifest' must be a list of maps.")
}

function readPaths(entry: Readonly<Record<string, unknown>>, index: number): readonly string[] {
  const { paths } = entry
  if (Array.isArray(paths) && paths.every((path) => typeof path === 'string')) return paths
  throw broken(`'paths' of group ${index} must be a list of file names.`)
}

function readSpecs(weights: unknown, index: number): readonly WeightSpec[] {
  if (!Array.isArray(weights)) throw broken(`'weights' of group ${index} must be a list.`)
  return weights.map((weight: unknown) => {
    if (!isRecord(weight)) throw broken(`'weights' of group ${index} must be a list of maps.`)
    return readSpec(weight)
  })
}

function readSpec(entry: Readonly<Record<string, unknown>>): WeightSpec {
  const { name, shape, dtype, group } = entry
  if (typeof name !== 'string' || name === '') throw broken('a weight has no name.')
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw broken(`the shape of weight '${name}' must be a list of whole numbers, not ${show(shape)}.`)
  }
  if (!isDtype(dtype)) throw broken(`weight '${name}' has dtype ${show(dtype)}, which TF.js does not have.`)
  const quantization = readQuantization(name, dtype, entry['quantization'])
  const spec: WeightSpec = {
    ...{ name, shape, dtype },
    ...(quantization === undefined ? {} : { quantization }),
    ...(isGroup(group) ? { group } : {}),
  }
  checkSize(spec)
  return spec
}

function isGroup(group: unknown): group is NonNullable<WeightSpec['group']> {
  return group === 'model' || group === 'optimizer'
}

function isDtype(dtype: unknown): dtype is WeightSpec['dtype'] {
  return DTYPES.has(dtype)
}

function readQuantization(
  name: string,
  weightDtype: WeightSpec['dtype'],
  entry: unknown,
): WeightSpec['quantization'] {
  if (entry === undefined || entry === null) return undefined
  if (!isRecord(entry)) throw broken(`'quantization' of weight '${name}' must be a map.`)
  const { dtype, scale, min } = entry
  if (dtype === 'float16' && weightDtype === 'float32') return { dtype }
  const isWhole = dtype === 'uint8' || dtype === 'uint16'
  if (!isWhole || (weightDtype !== 'float32' && weightDtype !== 'int32')) {
    throw broken(
      `weight '${name}' is ${weightDtype} quantized as ${show(dtype)}. TF.js has float32 as uint8, uint16 or ` +
        'float16, and int32 as uint8 or uint16.',
    )
  }
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw broken(`the quantization of weight '${name}' needs the numbers 'scale' and 'min'.`)
  }
  return { dtype, scale: Number(scale), min: Number(min) }
}

/** Before anything is allocated. */
function checkSize(spec: WeightSpec): void {
  const bytes = weightBytes(spec)
  if (bytes <= MAX_WEIGHT_BYTES) return
  throw invalidModel(
    `Weight '${spec.name}' (${spec.dtype} [${spec.shape.join(', ')}]) would take ${bytes} bytes; at most ` +
      `${MAX_WEIGHT_BYTES} are read. The model.json is damaged, or the model is too large for TF.js.`,
    { details: { weight: spec.name, bytes } },
  )
}

function checkNames(specs: readonly WeightSpec[]): void {
  const names = new Set<string>()
  for (const { name } of specs) {
    if (names.has(name)) throw broken(`two weights are called '${name}'. Save or convert the model again.`)
    names.add(name)
  }
}

/** @throws ServingError INVALID_PARAMETER_VALUE for more than TF.js and a compiled model can hold. */
export function checkTotal(bytes: number): void {
  if (bytes <= MAX_WEIGHT_BYTES) return
  throw invalidModel(`The shards of the model hold ${bytes} bytes; at most ${MAX_WEIGHT_BYTES} are read.`, {
    details: { bytes },
  })
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing'
}

function broken(reason: string): ServingError {
  return invalidModel(`The weights of model.json cannot be read: ${reason}`)
}
