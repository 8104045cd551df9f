import { invalidModel, messageOf } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** The list that a JSON text of the signature holds. @throws ServingError INVALID_PARAMETER_VALUE */
export function readJsonList(text: unknown, where: string): readonly unknown[] {
  if (typeof text !== 'string') throw invalidModel(`${where} must be a JSON text.`)
  const value = readJson(text, where)
  if (!Array.isArray(value)) throw invalidModel(`${where} must be a JSON list.`)
  return value
}

function readJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidModel(`${where} is not JSON: ${messageOf(error)}`, { cause: error })
  }
}

export function requireObject(value: unknown, where: string): JsonObject {
  if (!isRecord(value)) throw invalidModel(`${where} must be an object.`)
  return value
}

export function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalidModel(`${where} must be a text.`)
  return value
}
