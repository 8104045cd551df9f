import { REQUEST_SETTINGS } from './bench-settings.ts'
import { duration } from './bench-values.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { type SettingsOf, setting } from './setting.ts'
import { text } from './values.ts'

/** The settings of `headrace tune`. */
export const TUNE_SETTINGS = {
  modelUri: setting<string | undefined>({
    flags: '-m, --model-uri <uri>',
    default: undefined,
    help: 'Model to tune for: any URI that `headrace serve` takes. Flags for its servers stand after --, and are not tried in other ways',
    parse: text,
  }),
  p99Ms: setting<number | undefined>({
    flags: '--p99 <time>',
    default: undefined,
    defaultText: 'none: the most that 64 connections can have answered',
    help: 'Look for the largest rate of Poisson arrivals at which 99 of 100 requests take no longer, such as 20ms',
    parse: duration,
  }),
  outputPath: setting({
    flags: '-o, --output-path <file>',
    default: 'headrace.tuned.yaml',
    help: 'File for the settings: headrace serve --tuned FILE',
    parse: text,
  }),
  ...REQUEST_SETTINGS,
  ...REGISTRY_SETTINGS,
} as const

export type TuneSettings = SettingsOf<typeof TUNE_SETTINGS>
