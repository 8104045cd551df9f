import { invalidModel } from '../../../core/errors.ts'

/** Elements of an input. A float32 tensor of so many takes 2 GiB. */
const MAX_INPUT_ELEMENTS = 2 ** 29

/**
 * @param shape whatever is not a positive number in it is free.
 * @throws ServingError INVALID_PARAMETER_VALUE where not even one row could be held.
 */
export function checkInputSize(name: string, shape: readonly unknown[]): void {
  const sizes = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1))
  const elements = sizes.reduce((count, size) => count * size, 1)
  if (elements <= MAX_INPUT_ELEMENTS) return
  throw invalidModel(
    `Input '${name}' of the model has the shape ${JSON.stringify(shape)}, which is too large to be served: at most ` +
      `${MAX_INPUT_ELEMENTS} elements a row are.`,
    { details: { input: name, elements } },
  )
}
