import { CONTROL_SETTINGS } from './control-settings.ts'
import { type SettingsOf, setting } from './setting.ts'
import { headerSecret, secondsToMs } from './values.ts'

/** The settings of `headrace rollout`. */
export const ROLLOUT_CLIENT_SETTINGS = {
  controlToken: setting<string | undefined>({
    ...CONTROL_SETTINGS.controlToken,
    defaultText: 'none: enough on the machine of a server that only listens there',
    help: "The server's control token; the variable keeps it out of the process list",
  }),
  apiKey: setting<string | undefined>({
    flags: '--api-key <key>',
    variable: 'HEADRACE_API_KEY',
    default: undefined,
    help: 'API key of the server, where it asks for one',
    parse: headerSecret,
  }),
  timeoutMs: setting({
    flags: '--timeout <seconds>',
    default: 30_000,
    defaultText: '30',
    help: 'Seconds to wait for an answer',
    parse: secondsToMs,
  }),
} as const

export type RolloutClientSettings = SettingsOf<typeof ROLLOUT_CLIENT_SETTINGS>
