import { badRequest } from '../../../core/errors.ts'
import type { Parameters, ParameterValue } from '../../../core/inference.ts'
import { isRecord } from '../../../core/record.ts'
import { DigitsLost } from './json-document.ts'

const NONE: Parameters = new Map()

/** Lists in lists are for nobody. */
const MAX_DEPTH = 8

/**
 * `parameters` of a request. Whole numbers are bigints, as they come by gRPC; objects, which the protocol does not have
 * and clients send for others (`headers`), are left out.
 * @throws ServingError BAD_REQUEST; DigitsLost
 */
export function readParameters(given: unknown, isExact: boolean): Parameters {
  if (given === undefined || given === null) return NONE
  if (!isRecord(given)) throw badRequest("The 'parameters' of a request must be an object.")
  const parameters = new Map<string, ParameterValue>()
  for (const [name, value] of Object.entries(given)) {
    if (!isRecord(value)) parameters.set(name, parameterOf(value, isExact, 0))
  }
  return parameters
}

function parameterOf(value: unknown, isExact: boolean, depth: number): ParameterValue {
  if (Array.isArray(value)) {
    if (depth === MAX_DEPTH) throw badRequest('A parameter of the request is nested too deeply.')
    return value.map((item) => parameterOf(item, isExact, depth + 1))
  }
  if (typeof value === 'number') return numberOf(value, isExact)
  if (typeof value === 'object' && value !== null) {
    throw badRequest('A parameter of the request is a list of objects.')
  }
  return value as ParameterValue
}

function numberOf(value: number, isExact: boolean): number | bigint {
  if (!Number.isInteger(value)) return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  if (!isExact) throw new DigitsLost()
  return value
}
