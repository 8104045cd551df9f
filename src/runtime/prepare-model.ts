import type { PreparedModel, PrepareOptions } from '../flavors/flavor.ts'
import { readMlModel } from '../flavors/read-mlmodel.ts'
import { loadFlavor } from './load-flavor.ts'

/**
 * From the path of a model folder or file to a model that any number of threads may load.
 * @throws ServingError
 */
export async function prepareModel(path: string, options?: PrepareOptions): Promise<PreparedModel> {
  const mlmodel = await readMlModel(path, options?.flavor)
  return (await loadFlavor(mlmodel)).prepare(mlmodel, options)
}
