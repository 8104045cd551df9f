import { ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import type { Tag } from '../entities/tag.ts'

/** A JSON object of an answer. MLflow leaves out what is not set, and empty lists. */
export type WireObject = Readonly<Record<string, unknown>>

/** @throws ServingError INVALID_STATE where there is no object under this name */
export function requiredObject(parent: WireObject, name: string): WireObject {
  const value = parent[name]
  if (isRecord(value)) return value
  throw unexpected(name)
}

/** @throws ServingError INVALID_STATE where there is no text under this name; numbers are texts too */
export function requiredText(parent: WireObject, name: string): string {
  const text = optionalText(parent, name)
  if (text === undefined) throw unexpected(name)
  return text
}

/** Undefined for a missing text and for an empty one, which MLflow shows for columns that hold null. */
export function filledText(parent: WireObject, name: string): string | undefined {
  return optionalText(parent, name) || undefined
}

export function optionalText(parent: WireObject, name: string): string | undefined {
  const value = parent[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : undefined
}

/** An int64, which MLflow sends as a number and proto3's JSON as a text. 0 where it is neither. */
export function wholeNumber(parent: WireObject, name: string): number {
  const value = Number(parent[name] ?? 0)
  return Number.isFinite(value) ? Math.trunc(value) : 0
}

/** The objects of a list; what is no object is left out. */
export function objects(parent: WireObject, name: string): readonly WireObject[] {
  const value = parent[name]
  return Array.isArray(value) ? value.filter(isRecord) : []
}

export function texts(parent: WireObject, name: string): readonly string[] {
  const value = parent[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

export function readTags(parent: WireObject): readonly Tag[] {
  return objects(parent, 'tags').map((tag) => ({
    key: optionalText(tag, 'key') ?? '',
    value: optionalText(tag, 'value') ?? '',
  }))
}

function unexpected(name: string): ServingError {
  return new ServingError(
    'INVALID_STATE',
    `The answer of the server has no '${name}'. Is this an MLflow server?`,
  )
}
