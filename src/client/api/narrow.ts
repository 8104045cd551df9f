import { ServingError } from '../../core/errors.ts'
import type { Tag } from '../../entities/tag.ts'

/** @throws ServingError INVALID_STATE where an answer lacks what it is there for */
export function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value
  throw new ServingError(
    'INVALID_STATE',
    `The answer of the server has no '${name}'. Is this an MLflow server?`,
  )
}

interface IncomingTag {
  readonly key: string | undefined
  readonly value: string | undefined
}

export function readTags(tags: readonly IncomingTag[]): readonly Tag[] {
  return tags.map(({ key = '', value = '' }) => ({ key, value }))
}
