import { pyStr } from '../python/python-text.ts'
import type { PyValue } from '../python/python-value.ts'

/**
 * A NumPy array without dimensions that stands as an object in a list or a column: it prints as its element, but is
 * neither a number nor a scalar to pandas.
 */
class ArrayCell {
  readonly #element: PyValue

  constructor(element: PyValue) {
    this.#element = element
  }

  toString(): string {
    return pyStr(this.#element)
  }
}

/** Opaque to everything that looks at Python objects, hence no member of their type. */
export function arrayCell(element: PyValue): PyValue {
  return new ArrayCell(element) as unknown as PyValue
}
