import { badRequest } from '../../core/errors.ts'
import type { RequestHead } from '../request-head.ts'

/** Of Triton's binary tensor data extension: how many bytes of the body are JSON; what follows are tensors. */
const HEADER = 'inference-header-content-length'

/** More digits than the largest body that memory holds. */
const MAX_DIGITS = 12

/** Undefined where all of the body is JSON. @throws ServingError BAD_REQUEST */
export function inferenceHeaderLength({ headers }: RequestHead): number | undefined {
  const value = headers[HEADER]
  if (value === undefined) return undefined
  if (typeof value === 'string' && /^\d+$/.test(value) && value.length <= MAX_DIGITS) return Number(value)
  throw badRequest(
    `The header Inference-Header-Content-Length must be the number of bytes of JSON in the body, not '${value}'.`,
  )
}
