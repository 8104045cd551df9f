import type { DatasetInput } from '../../entities/dataset.ts'
import { requireLength } from '../validation.ts'

const MAX_NAME_LENGTH = 500
const MAX_DIGEST_LENGTH = 36
const MAX_SOURCE_LENGTH = 65_535
const MAX_SCHEMA_LENGTH = 1_048_575
const MAX_PROFILE_LENGTH = 16_777_215
const MAX_TAG_KEY_LENGTH = 255
const MAX_TAG_VALUE_LENGTH = 500

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function requireDatasetInput({ dataset, tags }: DatasetInput): void {
  requireLength('name', MAX_NAME_LENGTH, dataset.name)
  requireLength('digest', MAX_DIGEST_LENGTH, dataset.digest)
  requireLength('source', MAX_SOURCE_LENGTH, dataset.source)
  requireLength('schema', MAX_SCHEMA_LENGTH, dataset.schema ?? '')
  requireLength('profile', MAX_PROFILE_LENGTH, dataset.profile ?? '')
  for (const { key, value } of tags) {
    requireLength('key', MAX_TAG_KEY_LENGTH, key)
    requireLength('value', MAX_TAG_VALUE_LENGTH, value)
  }
}
