import type { ColSpec, ColumnType, ScalarType } from '../../../signature/model-signature.ts'

const SCALARS: Readonly<Record<string, ScalarType>> = {
  ...{ str: 'string', int: 'long', float: 'double', bool: 'boolean', bytes: 'binary', object: 'any' },
  ...{ datetime: 'datetime', 'datetime.datetime': 'datetime', 'typing.Any': 'any', Any: 'any' },
}

/**
 * The type of the items of `list[…]`, which MLflow prints when items do not fit the type hint of `predict`; undefined
 * for hints whose parts are not printed, as a class. (`mlflow/types/type_hints.py`, 3.17.2)
 */
export function itemTypeOfHint(hint: string): ColumnType | undefined {
  const item = insideOf(hint, 'List')
  return item === undefined ? undefined : typeOfHint(item)
}

const FIELD = /'(\w+)': FieldInfo\(annotation=(.+?), required=(True|False)/gs

/**
 * The fields of a class of pydantic as it prints them: `{'role': FieldInfo(annotation=str, required=True), …}`. Those that
 * may be left out are, where their type is not known; undefined where one is needed whose type is not.
 */
export function fieldsOfHint(text: string): readonly ColSpec[] | undefined {
  const columns: ColSpec[] = []
  for (const [, name, hint = '', isRequired] of text.matchAll(FIELD)) {
    const type = typeOfHint(hint)
    if (type !== undefined) columns.push({ name, type, required: isRequired === 'True' })
    else if (isRequired === 'True') return undefined
  }
  return columns.length === 0 ? undefined : columns
}

function typeOfHint(hint: string): ColumnType | undefined {
  const scalar = SCALARS[hint]
  if (scalar !== undefined) return scalar
  const choices = choicesOf(hint)
  if (choices !== undefined) return choices.map(typeOfHint).find((type) => type !== undefined)
  const items = itemTypeOfHint(hint)
  if (items !== undefined) return { kind: 'array', items }
  const [key, value] = partsOf(insideOf(hint, 'Dict') ?? '', ',')
  const values = key === 'str' && value !== undefined ? typeOfHint(value) : undefined
  return values === undefined ? undefined : { kind: 'map', values }
}

/** Of a union the types that a value may have. */
function choicesOf(hint: string): readonly string[] | undefined {
  const optional = insideOf(hint, 'Optional')
  if (optional !== undefined) return [optional]
  const union = insideOf(hint, 'Union')
  if (union !== undefined) return partsOf(union, ',')
  const parts = partsOf(hint, '|')
  return parts.length > 1 ? parts : undefined
}

/** What stands in the brackets of a generic type, which is called so with `typing.` before it, or small. */
function insideOf(hint: string, generic: string): string | undefined {
  const name = hint.slice(0, hint.indexOf('[')).replace(/^typing\./, '')
  const isIt = name === generic || name === generic.toLowerCase()
  return isIt && hint.endsWith(']') && partsOf(hint, '|').length === 1
    ? hint.slice(hint.indexOf('[') + 1, -1)
    : undefined
}

/** The parts between separators outside of brackets. */
function partsOf(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let [part, depth] = ['', 0]
  for (const character of text) {
    if (character === '[') depth++
    else if (character === ']') depth--
    if (character === separator && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += character
  }
  return [...parts, part.trim()]
}
