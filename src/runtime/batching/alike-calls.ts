import type { Parameters, ParameterValue } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { elementCount } from '../../core/tensor.ts'
import type { BatchCall } from './batch-call.ts'
import type { RowJoining } from './row-joining.ts'

/** Whether rows of both may be in one run, of which both want the same. */
export function areAlike(a: BatchCall, b: BatchCall, joining: RowJoining): boolean {
  return (
    joining.fits(a.inputs, b.inputs) &&
    areSameNames(a.options.outputs, b.options.outputs) &&
    areSameParameters(a.options.parameters, b.options.parameters)
  )
}

/**
 * Whether each tensor has `rows` rows and the values for them. Where not, the model may take it or refuse it, but
 * its rows cannot be told apart, and next to others they would be taken for theirs.
 */
export function consistsOfRows(inputs: TensorMap, rows: number): boolean {
  if (rows < 1 || inputs.size === 0) return false
  for (const { shape, data } of inputs.values()) {
    if (shape[0] !== rows || data.length !== elementCount(shape)) return false
  }
  return true
}

/** No names are all names. */
function areSameNames(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]))
}

const NONE: Parameters = new Map()

function areSameParameters(a: Parameters = NONE, b: Parameters = NONE): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [name, value] of a) {
    const other = b.get(name)
    if (other === undefined || !isSameValue(value, other)) return false
  }
  return true
}

function isSameValue(a: ParameterValue, b: ParameterValue): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((value, index) => isSameValue(value, b[index]))
}
