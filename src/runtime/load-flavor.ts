import type { Flavor } from '../flavors/flavor.ts'
import type { MlModel } from '../flavors/mlmodel.ts'

/** What a flavor table exports. */
interface FlavorTable {
  flavorFor(model: MlModel): Flavor | Promise<Flavor>
}

/**
 * The flavor that serves `mlmodel`, from Headrace's own table or from the module at `tableUrl`.
 * The server's thread and the workers find it the same way.
 */
export async function loadFlavor(mlmodel: MlModel, tableUrl?: string): Promise<Flavor> {
  const table: FlavorTable = await (tableUrl === undefined
    ? import('../flavors/flavor-table.ts')
    : import(tableUrl))
  return table.flavorFor(mlmodel)
}
