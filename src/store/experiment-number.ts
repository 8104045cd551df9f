import { invalidParameter } from '../core/errors.ts'
import { type Int64, int64OfText } from '../entities/int64.ts'
import type { SqlDatabase } from './sql/sql-database.ts'

/**
 * The number of an experiment as its column holds it, from what Python's `int()` reads as one.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function experimentNumber(experimentId: string): Int64 {
  const text = experimentId.normalize('NFKC').trim()
  if (!/^[+-]?\d+(_\d+)*$/.test(text)) {
    throw invalidParameter(`Invalid experiment ID '${experimentId}'. Experiment ID must be a valid integer.`)
  }
  return int64OfText(text.replace(/[+_]/g, ''))
}

/** A number that the column could not hold is no id, and databases refuse to compare with it. */
export function fitsColumn({ dialect }: Pick<SqlDatabase, 'dialect'>, experimentId: Int64): boolean {
  const limit = dialect === 'sqlite' ? 2n ** 63n : 2n ** 31n
  return experimentId >= -limit && experimentId < limit
}
