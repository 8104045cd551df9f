import { must, type Rule } from '../../../protocols/mlflow-rest/request-rules.ts'
import { isDict, isList, type PyValue } from '../../../protocols/mlflow-scoring/python/python-value.ts'

/**
 * Rules for a list of objects whose fields may not be missing, null or empty; the list itself may not be null.
 * @param list its name, for the messages: `metrics[3].value`
 */
export function requiredFields(list: string, fields: readonly string[]): readonly Rule[] {
  return [
    must(isList),
    must(
      (items) => missingField(items, fields) === undefined,
      (items) => `Missing value for required parameter '${list}${missingField(items, fields)}'.`,
    ),
  ]
}

/** The place of the first field that is missing, as `[3].value`. */
function missingField(items: PyValue, fields: readonly string[]): string | undefined {
  if (!isList(items)) return undefined
  for (const [index, item] of items.entries()) {
    const missing = fields.find((field) => {
      const value = isDict(item) ? (item.get(field) ?? null) : null
      return value === null || value === ''
    })
    if (missing !== undefined) return `[${index}].${missing}`
  }
  return undefined
}
