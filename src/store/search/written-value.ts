import { invalidParameter } from '../../core/errors.ts'
import { pythonListText, pythonTextRepr } from '../../core/python-repr.ts'
import type { ClauseValue } from './clause.ts'
import type { WrittenValue } from './filter-language.ts'
import { readPythonList } from './python-list.ts'
import { quotedText } from './quoted.ts'

/** An integer is a bigint, so that none is rounded; undefined for what is no number. */
export function numberOf({ kind, text }: WrittenValue): number | bigint | undefined {
  if (kind === 'integer') return BigInt(text)
  return kind === 'float' ? Number(text) : undefined
}

/** Whether a value may be a text: it is in quotes, or a bare name, which `quotedText` refuses. */
export function isTextLike({ kind }: WrittenValue): boolean {
  return kind === 'string' || kind === 'identifier'
}

/**
 * The text of a param or a tag.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function textValue(entity: string, written: WrittenValue): string {
  if (isTextLike(written)) return quotedText(written.text)
  throw invalidParameter(
    `Expected a quoted string value for ${entity} (e.g. 'my-value'). Got value ${written.text}`,
  )
}

/**
 * The texts of a list.
 * @throws ServingError INVALID_PARAMETER_VALUE for an empty list, or one of other things than texts
 */
export function listValue({ text }: WrittenValue): readonly string[] {
  const items = readPythonList(text)
  if (items === undefined) throw illFormed('a non-empty list of string values, but got ill-formed list.')
  if (items.length === 0) throw illFormed('a non-empty list of string values, but got empty list')
  const texts = items.filter((item) => typeof item === 'string')
  if (texts.length === items.length) return texts
  const shown = items.map((item) => (typeof item === 'string' ? pythonTextRepr(item) : item.number))
  const tuple = shown.length === 1 ? `(${shown[0]},)` : `(${shown.join(', ')})`
  throw illFormed(`string value, punctuation, or whitespace, but got different type in list: ${tuple}`)
}

function illFormed(reason: string): Error {
  return invalidParameter(`While parsing a list in the query, expected ${reason}`)
}

/**
 * The texts of a list behind a field that may have one.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function listOf(key: string, fields: readonly string[], written: WrittenValue): readonly string[] {
  if (fields.includes(key)) return listValue(written)
  throw invalidParameter(
    `Only ${pythonListText(fields)} attributes support comparison with a list of quoted string values.`,
  )
}

/**
 * The number, text or list that an attribute is compared with.
 * @param lists the attributes that may be compared with a list
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function attributeValue(
  key: string,
  written: WrittenValue,
  lists: readonly string[],
  isNumeric: boolean,
): ClauseValue {
  if (isNumeric) {
    const value = numberOf(written)
    if (value !== undefined) return value
    throw invalidParameter(`Expected numeric value type for numeric attribute: ${key}. Found ${written.text}`)
  }
  if (isTextLike(written)) return quotedText(written.text)
  if (written.kind === 'list') return listOf(key, lists, written)
  throw invalidParameter(`Expected a quoted string value for attributes. Got value ${written.text}`)
}
