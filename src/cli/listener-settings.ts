import { invalidParameter } from '../core/errors.ts'
import { type SettingsOf, setting } from './setting.ts'
import { positiveInteger } from './values.ts'

/** More threads than any machine has cores are a slip of the keyboard. */
const MAX_LISTENERS = 512

/** The part of the settings table that says in how many threads connections are served. */
export const LISTENER_SETTINGS = {
  listeners: setting<'auto' | number>({
    flags: '--listeners <count>',
    variable: 'HEADRACE_LISTENERS',
    default: 'auto',
    help: 'Threads that serve the one port, each with its own connections and copies of the models (Linux); auto: one for each core where every model runs inline, else one',
    parse: listenerCount,
  }),
} as const

export type ListenerSettings = SettingsOf<typeof LISTENER_SETTINGS>

function listenerCount(value: string): 'auto' | number {
  if (value === 'auto') return value
  const count = positiveInteger(value)
  if (count > MAX_LISTENERS) throw invalidParameter(`'${value}' is more than ${MAX_LISTENERS}`)
  return count
}
