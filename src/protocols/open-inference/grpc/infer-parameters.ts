import { badRequest } from '../../../core/errors.ts'
import type { Parameters, ParameterValue } from '../../../core/inference.ts'
import { WIRE, type WireReader } from './wire-reader.ts'

/** Of one request, all of its parts together: each costs far more memory than its bytes. */
const MOST_PARAMETERS = 16_384

/** Of the requests that have none, which are most. */
export const NO_PARAMETERS: Parameters = new Map()

/** Reads one entry of a `map<string, InferParameter>` into `parameters`. */
export function readParameter(entry: WireReader, parameters: Map<string, ParameterValue>): void {
  let name = ''
  let value: ParameterValue = null
  while (entry.next()) {
    if (entry.field === 1) name = entry.text()
    else if (entry.field === 2) value = readValue(entry.message(), value)
    else entry.skip()
  }
  parameters.set(name, value)
  if (parameters.size > MOST_PARAMETERS) {
    throw badRequest(`A request may have ${MOST_PARAMETERS} parameters.`)
  }
}

/** `InferParameter`: of several choices the last one holds. Whole numbers are bigints, which tells them from doubles. */
function readValue(reader: WireReader, before: ParameterValue): ParameterValue {
  let value = before
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.bool()
        break
      case 2:
        reader.expect(WIRE.varint)
        value = reader.int64()
        break
      case 3:
        value = reader.text()
        break
      case 4:
        reader.expect(WIRE.fixed64)
        value = reader.double()
        break
      case 5:
        reader.expect(WIRE.varint)
        value = reader.uint64()
        break
      default:
        reader.skip()
    }
  }
  return value
}
