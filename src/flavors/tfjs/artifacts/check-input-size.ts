import { invalidModel } from '../../../core/errors.ts'
import { elementsOfRow, MAX_ELEMENTS } from './row-elements.ts'

/**
 * @param shape whatever is not a positive number in it is free.
 * @throws ServingError INVALID_PARAMETER_VALUE where not even one row could be held.
 */
export function checkInputSize(name: string, shape: readonly unknown[]): void {
  const elements = elementsOfRow(shape)
  if (elements <= MAX_ELEMENTS) return
  throw invalidModel(
    `Input '${name}' of the model has the shape ${JSON.stringify(shape)}, which is too large to be served: at most ` +
      `${MAX_ELEMENTS} elements a row are.`,
    { details: { input: name, elements } },
  )
}
