import { badRequest } from '../../../core/errors.ts'
import type { GivenTensor } from '../given-request.ts'
import { quoted } from '../quoted.ts'

export type GivenByName = ReadonlyMap<string, GivenTensor>

/** @throws ServingError BAD_REQUEST for a name that is given twice */
export function givenByName(given: readonly GivenTensor[]): GivenByName {
  const byName = new Map<string, GivenTensor>()
  for (const tensor of given) {
    if (byName.has(tensor.name)) throw badRequest(`Input ${quoted(tensor.name)} is given twice.`)
    byName.set(tensor.name, tensor)
  }
  return byName
}
