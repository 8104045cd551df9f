import type { ColumnType, ScalarType } from '../../../signature/model-signature.ts'

const SCALARS: Readonly<Record<string, ScalarType>> = {
  ...{ str: 'string', int: 'long', float: 'double', bool: 'boolean', bytes: 'binary', object: 'any' },
  ...{ 'datetime.datetime': 'datetime', 'typing.Any': 'any', Any: 'any' },
}

/**
 * The type of the items of `list[…]`, which MLflow prints when items do not fit the type hint of `predict`; undefined
 * for hints whose parts are not printed, as a class. (`mlflow/types/type_hints.py`, 3.17.2)
 */
export function itemTypeOfHint(hint: string): ColumnType | undefined {
  const [, item] = /^(?:typing\.)?[Ll]ist\[(.+)\]$/s.exec(hint) ?? []
  return item === undefined ? undefined : typeOfHint(item)
}

function typeOfHint(hint: string): ColumnType | undefined {
  const scalar = SCALARS[hint]
  if (scalar !== undefined) return scalar
  const [, optional] = /^(?:typing\.)?Optional\[(.+)\]$/s.exec(hint) ?? []
  if (optional !== undefined) return typeOfHint(optional)
  const items = itemTypeOfHint(hint)
  if (items !== undefined) return { kind: 'array', items }
  const [, value] = /^(?:typing\.)?[Dd]ict\[str, (.+)\]$/s.exec(hint) ?? []
  const values = value === undefined ? undefined : typeOfHint(value)
  return values === undefined ? undefined : { kind: 'map', values }
}
