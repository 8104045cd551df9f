import { invalidParameter } from '../../core/errors.ts'

/** A payload file, and how often it is sent relative to others. */
export interface WeightedFile {
  readonly path: string
  readonly weight: number
}

/**
 * `body.json`, `body.json=0.25`. What stands behind the last `=` is the weight where it is a number.
 * @throws ServingError INVALID_PARAMETER_VALUE for a weight of 0
 */
export function readWeightedFile(text: string): WeightedFile {
  const [, path, weight] = /^(.+)=(\d+(?:\.\d+)?)$/s.exec(text) ?? []
  if (path === undefined) return { path: text, weight: 1 }
  if (Number(weight) > 0) return { path, weight: Number(weight) }
  throw invalidParameter(`--payload ${text}: a weight is above 0`)
}
