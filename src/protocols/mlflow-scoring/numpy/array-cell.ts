import { pythonObject } from '../python/python-object.ts'
import { pyStr } from '../python/python-text.ts'
import type { PyValue } from '../python/python-value.ts'

/**
 * A NumPy array without dimensions that stands as an object in a list or a column: it prints as its element, but is
 * neither a number nor a scalar to pandas.
 */
export function arrayCell(element: PyValue): PyValue {
  return pythonObject(pyStr(element))
}
