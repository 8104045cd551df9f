import { invalidModel } from '../core/errors.ts'
import type { Flavor } from './flavor.ts'
import type { MlModel } from './mlmodel.ts'

/** Flavors by their names in MLmodel files, the preferred first; each imports its engine only once it is used. */
const LOADERS: ReadonlyMap<string, () => Promise<Flavor>> = new Map([
  ['onnx', async () => (await import('./onnx/onnx-flavor.ts')).flavor],
  ['tfjs', async () => (await import('./tfjs/tfjs-flavor.ts')).flavor],
])

/** Names of the flavors that Headrace serves, in the order in which they are preferred. */
export const FLAVOR_NAMES: readonly string[] = [...LOADERS.keys()]

/** @throws ServingError INVALID_PARAMETER_VALUE for a name that is not in the table. */
export async function flavorFor(model: Pick<MlModel, 'flavor'>): Promise<Flavor> {
  const load = LOADERS.get(model.flavor)
  if (load === undefined) throw invalidModel(`There is no flavor '${model.flavor}'.`)
  return await load()
}
