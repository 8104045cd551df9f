import { type SettingsOf, setting } from './setting.ts'
import { text } from './values.ts'

/** The part of the settings table that says what `headrace tune` has found. */
export const TUNED_SETTINGS = {
  tuned: setting<string | undefined>({
    flags: '--tuned <file>',
    variable: 'HEADRACE_TUNED',
    default: undefined,
    help: 'File that `headrace tune` has written: its settings hold where neither a flag nor a variable says otherwise. A warning tells where it was made for another model or another machine',
    parse: text,
  }),
} as const

export type TunedSettings = SettingsOf<typeof TUNED_SETTINGS>
