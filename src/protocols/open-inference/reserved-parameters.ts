import { badRequest } from '../../core/errors.ts'
import type { Parameters } from '../../core/inference.ts'

/**
 * Parameters that the protocol, Triton's extensions to it and the clients of both read themselves: they are never a
 * parameter of the model's signature.
 */
const RESERVED: ReadonlySet<string> = new Set([
  ...['binary_data_output', 'binary_data_size', 'binary_data', 'classification', 'content_type', 'headers'],
  ...['sequence_id', 'sequence_start', 'sequence_end', 'priority', 'timeout'],
])
const RESERVED_PREFIXES = ['shared_memory_', 'triton_'] as const

export function isReserved(name: string): boolean {
  return RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/**
 * How long the client waits, in microseconds; undefined where it does not say, or says 0, which is Triton's word for as
 * long as it takes. @throws ServingError BAD_REQUEST
 */
export function timeoutMicroseconds(parameters: Parameters): number | undefined {
  if (parameters.size === 0) return undefined
  const given = parameters.get('timeout')
  if (given === undefined || given === null) return undefined
  const timeout = typeof given === 'bigint' || typeof given === 'string' ? Number(given) : given
  if (typeof timeout !== 'number' || !(timeout >= 0)) {
    throw badRequest("The parameter 'timeout' must be a number of microseconds, 0 or more.")
  }
  return timeout === 0 ? undefined : timeout
}
