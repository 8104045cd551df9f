/**
 * A JSON value as Python holds it. Integers and floats stay apart, since the difference decides NumPy's and
 * pandas' dtypes: `1` is a bigint, `1.0` a number. Objects are Maps, so no key is special.
 */
export type PyValue = null | boolean | bigint | number | string | PyList | PyDict

export type PyList = readonly PyValue[]

/** In order of first appearance; of a repeated key the last value. */
export type PyDict = ReadonlyMap<string, PyValue>

export function isList(value: PyValue | undefined): value is PyList {
  return Array.isArray(value)
}

export function isDict(value: PyValue | undefined): value is PyDict {
  return value instanceof Map
}

/** Neither a list nor a dict nor None: what `numpy.isscalar` calls a scalar. */
export function isScalar(value: PyValue | undefined): value is boolean | bigint | number | string {
  return value !== undefined && value !== null && typeof value !== 'object'
}

/** `type(value).__name__` */
export function typeName(value: PyValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'string':
      return 'str'
    default:
      if (value === null) return 'NoneType'
      return isList(value) ? 'list' : 'dict'
  }
}

/** `bool(value)` */
export function isTruthy(value: PyValue): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'bigint':
      return value !== 0n
    case 'number':
      return value !== 0
    case 'string':
      return value !== ''
    default:
      if (value === null) return false
      return isList(value) ? value.length > 0 : (value as PyDict).size > 0
  }
}
