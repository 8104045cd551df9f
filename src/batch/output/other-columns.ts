import { badRequest, type ServingError } from '../../core/errors.ts'

/** The columns of JSON records are those that the records have, and their types those of the values. */
export function otherColumns(): ServingError {
  return badRequest(
    'The columns of the output changed from one part of the input to the next; --output-format jsonl has no columns.',
  )
}
