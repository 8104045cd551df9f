import { type SettingsOf, setting } from './setting.ts'
import { headerSecret } from './values.ts'

/** The part of the settings table that says who may load and unload models while the server runs. */
export const CONTROL_SETTINGS = {
  controlToken: setting<string | undefined>({
    flags: '--control-token <token>',
    variable: 'HEADRACE_CONTROL_TOKEN',
    default: undefined,
    defaultText: 'none: only programs on this machine, where --host is an address of it alone',
    help: 'Token that who loads and unloads models must send (Authorization: Bearer TOKEN, or X-Headrace-Control-Token); the variable keeps it out of the process list',
    parse: headerSecret,
  }),
} as const

export type ControlSettings = SettingsOf<typeof CONTROL_SETTINGS>
