import { invalidModel, type ServingError } from '../../core/errors.ts'
import { findModelFile } from '../model-file.ts'
import { datatypeOf, elementTypeName } from './datatypes.ts'
import type { ExternalData, ModelSummary, OperatorUse, ValueSummary } from './model-summary.ts'

/** Operator domains compiled into onnxruntime's CPU build. */
const BUILT_IN_DOMAINS = new Set([
  ...['', 'ai.onnx.ml', 'ai.onnx.training', 'ai.onnx.preview.training', 'ai.onnx.preview'],
  ...['com.microsoft', 'com.microsoft.nchwc', 'com.microsoft.experimental', 'com.ms.internal.nhwc'],
])

/** Operators that turn as often as their inputs say. */
const UNBOUNDED_OPERATORS = new Set([
  ...[':Loop', ':Scan'],
  ...['com.microsoft:BeamSearch', 'com.microsoft:GreedySearch', 'com.microsoft:Sampling'],
  ...['com.microsoft:WhisperBeamSearch'],
])

/** Operators that end the whole process where they are given no rows (onnxruntime 1.30: SIGABRT). */
const FATAL_WHEN_EMPTY = new Set([':LSTM', ':GRU'])

export function hasUnboundedRun({ operators }: ModelSummary): boolean {
  return operators.some(({ domain, opType }) => UNBOUNDED_OPERATORS.has(`${domain}:${opType}`))
}

/** Whether an empty tensor must not come near the engine. */
export function isFatalWhenEmpty({ operators }: ModelSummary): boolean {
  return operators.some((use) => FATAL_WHEN_EMPTY.has(`${use.domain}:${use.opType}`))
}

/** @throws ServingError INVALID_PARAMETER_VALUE for an operator that onnxruntime knows only from a library of its own. */
export function checkOperators({ operators, functions }: ModelSummary): void {
  const own = new Set(functions.map(nameOf))
  const unknown = operators.filter((use) => !BUILT_IN_DOMAINS.has(use.domain) && !own.has(nameOf(use)))
  if (unknown.length === 0) return
  const names = unknown.map(nameOf)
  throw invalidModel(
    `The model uses custom operators (${names.join(', ')}), whose libraries Headrace does not load. ` +
      'Export it with standard ONNX operators.',
    { details: { operators: names } },
  )
}

/**
 * @param rewritten names of the outputs that are made tensors before the model is loaded.
 * @throws ServingError INVALID_PARAMETER_VALUE for values that are no tensors, or tensors of a type that JavaScript
 *   cannot hold (bfloat16, float8, complex, 4-bit integers).
 */
export function checkValues(summary: ModelSummary, rewritten: ReadonlySet<string>): void {
  for (const input of summary.inputs) checkValue('Input', input)
  for (const output of summary.outputs) if (!rewritten.has(output.name)) checkValue('Output', output)
}

function checkValue(role: string, { name, kind, elementType }: ValueSummary): void {
  if (name === '__proto__') throw invalidModel(`${role} '__proto__' of the model needs another name.`)
  if (kind === 'value without a type') return
  if (kind !== 'tensor') {
    throw invalidModel(
      `${role} '${name}' of the model is a ${kind}; only tensors are served, and sequences of maps where a ZipMap ` +
        'operator makes them. Export the model so that it gives tensors.',
      { details: { name, kind } },
    )
  }
  if (datatypeOf(elementType) !== undefined) return
  const type = elementTypeName(elementType)
  throw invalidModel(
    `${role} '${name}' of the model is a tensor of ${type}, which cannot be served. ` +
      'Export the model with a Cast to float or float16 there.',
    { details: { name, type } },
  )
}

/**
 * Checks every file that the model's tensors name.
 * @param directory absolute path of the folder that holds the model file, where onnxruntime looks for them.
 * @returns bytes of weights in them.
 * @throws ServingError as `findModelFile`, and INVALID_PARAMETER_VALUE for a part that lies beyond its file.
 */
export async function checkExternalData(directory: string, { externalData }: ModelSummary): Promise<number> {
  const sizes = new Map<string, number>()
  let total = 0
  for (const data of externalData) {
    let size = sizes.get(data.location)
    if (size === undefined) {
      size = (await findModelFile(directory, data.location)).bytes
      sizes.set(data.location, size)
    }
    total += checkPart(data, size)
  }
  return total
}

function checkPart(data: ExternalData, fileBytes: number): number {
  const offset = data.offset === undefined ? 0 : parseBytes(data, 'offset', data.offset)
  if (offset > fileBytes) throw beyond(data, fileBytes)
  const length = data.length === undefined ? fileBytes - offset : parseBytes(data, 'length', data.length)
  if (length > fileBytes - offset) throw beyond(data, fileBytes)
  return length
}

function parseBytes(data: ExternalData, what: string, text: string): number {
  const bytes = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(bytes)) return bytes
  throw invalidModel(`The ${what} of the external data of tensor '${data.tensor}' is no number: '${text}'.`)
}

function beyond({ tensor, location }: ExternalData, fileBytes: number): ServingError {
  return invalidModel(
    `The external data of tensor '${tensor}' lies beyond the end of '${location}' (${fileBytes} bytes).`,
    { details: { tensor, file: location, bytes: fileBytes } },
  )
}

function nameOf({ domain, opType }: OperatorUse): string {
  return domain === '' ? opType : `${domain}.${opType}`
}
