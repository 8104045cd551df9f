import type { TrialOptions } from '../runtime/trial/trial-options.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { bytes, secondsToMs } from './values.ts'

/** The part of the settings table that says how models are tried before they are loaded. */
export const TRIAL_SETTINGS = {
  trial: flag({
    flags: '--trial',
    variable: 'HEADRACE_TRIAL',
    help: 'Try the models in processes of their own before they are loaded at start, as those are that are loaded later',
  }),
  trialTimeoutMs: setting<number | undefined>({
    flags: '--trial-timeout <seconds>',
    variable: 'HEADRACE_TRIAL_TIMEOUT',
    default: undefined,
    defaultText: '60',
    help: 'Seconds that a trial may take; a model that takes longer is refused',
    parse: secondsToMs,
  }),
  trialMemoryBytes: setting<number | undefined>({
    flags: '--trial-memory <size>',
    variable: 'HEADRACE_TRIAL_MEMORY',
    default: undefined,
    defaultText: 'half of what the process may use',
    help: 'Memory that a trial may take; a model that takes more is refused',
    parse: bytes,
  }),
} as const

export type TrialSettings = SettingsOf<typeof TRIAL_SETTINGS>

export function trialOptions({ trial, trialTimeoutMs, trialMemoryBytes }: TrialSettings): TrialOptions {
  return {
    atStart: trial,
    ...(trialTimeoutMs === undefined ? {} : { timeoutMs: trialTimeoutMs }),
    ...(trialMemoryBytes === undefined ? {} : { memoryBytes: trialMemoryBytes }),
  }
}
