import { invalidParameter } from '../../core/errors.ts'
import { PROMPT_TEXT_TAG } from '../../entities/model-version.ts'
import type { Tag } from '../../entities/tag.ts'
import { isLonger, MAX_REGISTRY_TAG_VALUE_LENGTH, requireRegistryTag } from '../validation.ts'

/** Rules for what names a version and what a version carries. */

/** What Python's `int()` takes of a text: spaces around it, a sign, underscores between digits. */
const PYTHON_INTEGER = /^\s*[+-]?\d+(_\d+)*\s*$/

/**
 * A version's number from its text, as MLflow reads it: `01` is 1. It may be one that no version can have.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function requireVersion(version: string): bigint {
  if (PYTHON_INTEGER.test(version)) return BigInt(version.replace(/[\s+_]/g, ''))
  throw invalidParameter(`Parameter 'version' must be an integer, got '${version}'.`)
}

/** Of the column: a signed integer of 32 bits in the databases that hold to it. */
export const HIGHEST_VERSION = 2n ** 31n - 1n

export function requireVersionTag(tag: Tag): void {
  if (tag.key === PROMPT_TEXT_TAG && isLonger(tag.value, MAX_REGISTRY_TAG_VALUE_LENGTH)) {
    throw invalidParameter(`Prompt text exceeds max length of ${MAX_REGISTRY_TAG_VALUE_LENGTH} characters.`)
  }
  requireRegistryTag(tag)
}
