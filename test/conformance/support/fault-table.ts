import { ERROR_FAULTS } from './error-faults.ts'
import { EXTENSION_FAULTS } from './extension-faults.ts'
import type { NamedFault } from './faults.ts'
import { INFER_FAULTS } from './infer-faults.ts'

/** Each case of REST is in it: a case that nothing makes fail would be worth nothing. */
export const FAULTS: readonly NamedFault[] = [...ERROR_FAULTS, ...INFER_FAULTS, ...EXTENSION_FAULTS]
