import { invalidParameter } from '../../core/errors.ts'
import type { LoadedModel } from '../loaded-model.ts'

/** @throws ServingError INVALID_PARAMETER_VALUE where two models would be the same version of one name. */
export function expectDistinct(name: string, models: readonly LoadedModel[]): void {
  const versions = models.map(({ version }) => version)
  const twice = versions.find((version, index) => versions.indexOf(version) !== index)
  if (twice === undefined) return
  throw invalidParameter(`Two models would be served as version ${twice} of '${name}'`)
}
