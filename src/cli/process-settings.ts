import { invalidParameter } from '../core/errors.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { positiveInteger } from './values.ts'

/** More processes than any machine has cores are a slip of the keyboard. */
const MAX_PROCESSES = 512

/** The part of the settings table that says how many processes serve, and who else may listen. */
export const PROCESS_SETTINGS = {
  processes: setting({
    flags: '--processes <count>',
    variable: 'HEADRACE_PROCESSES',
    default: 1,
    help: 'Server processes on the one port, among which the cores are divided; one that dies is started again at once',
    parse: processCount,
  }),
  reusePort: flag({
    flags: '--reuse-port',
    variable: 'HEADRACE_REUSE_PORT',
    help: 'Share the port with other servers that do the same (Linux), as when one replaces another; without it a taken port is an error',
  }),
} as const

export type ProcessSettings = SettingsOf<typeof PROCESS_SETTINGS>

function processCount(value: string): number {
  const count = positiveInteger(value)
  if (count > MAX_PROCESSES) throw invalidParameter(`'${value}' is more than ${MAX_PROCESSES}`)
  return count
}
