import type { CustomTypesConfig } from 'pg'
import { exactInteger } from '../sql/exact-integer.ts'

/** Type numbers of PostgreSQL (`pg_type.dat`). */
const BOOL = 16
const INT8 = 20
const NUMERIC = 1700

/** Every integer of fewer digits is exact as a number. */
const SAFE_DIGITS = 15

/** How columns are read, so that rows look as those of the other databases. */
export function columnTypes(usual: CustomTypesConfig): CustomTypesConfig {
  return {
    getTypeParser: (type, format) => PARSERS.get(type) ?? usual.getTypeParser(type, format),
  }
}

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [BOOL, (text) => (text === 't' ? 1 : 0)],
  [INT8, (text) => (text.length <= SAFE_DIGITS ? Number(text) : exactInteger(BigInt(text)))],
  // A sum of integers.
  [NUMERIC, Number],
])
