import { readFile } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { pythonJson } from '../../../core/python-json.ts'
import { isRecord } from '../../../core/record.ts'
import { parseSignature } from '../../../signature/parse-signature.ts'

/** `signature` of an MLmodel file: JSON texts, as MLflow writes them; null where a model has none. */
export interface SignatureEntry {
  readonly inputs: string | null
  readonly outputs: string | null
  readonly params: string | null
}

/**
 * The signature in a JSON file: `inputs`, `outputs` and `params`, each a list or the JSON text of one, as in an MLmodel
 * file.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function readSignatureFile(path: string): Promise<SignatureEntry> {
  const content = await readJsonFile(path)
  if (!isRecord(content)) throw unreadable(path, 'it is not a map.')
  const unknown = Object.keys(content).filter((key) => !['inputs', 'outputs', 'params'].includes(key))
  if (unknown.length > 0) {
    throw unreadable(path, `it has ${unknown.join(', ')}; a signature has inputs, outputs and params.`)
  }
  const { inputs, outputs, params } = content
  const entry = { inputs: textOf(inputs), outputs: textOf(outputs), params: textOf(params) }
  try {
    parseSignature(entry)
  } catch (error) {
    throw unreadable(path, messageOf(error))
  }
  if (entry.inputs === null && entry.outputs === null)
    throw unreadable(path, 'it has neither inputs nor outputs.')
  return entry
}

async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw unreadable(path, messageOf(error))
  }
}

function textOf(part: unknown): string | null {
  if (part === undefined || part === null) return null
  return typeof part === 'string' ? part : pythonJson(part)
}

function unreadable(path: string, reason: string) {
  return invalidParameter(`--signature: ${path} cannot be read: ${reason}`)
}
