import { type SettingsOf, setting } from './setting.ts'
import { oneOf, positiveInteger } from './values.ts'

/** The part of the settings table that says in which threads models run. */
export const PLACEMENT_SETTINGS = {
  workers: setting<number | undefined>({
    flags: '-w, --workers <count>',
    variable: 'MLFLOW_MODELS_WORKERS',
    default: undefined,
    defaultText: 'one for each core',
    help: 'Worker threads of each model that runs in a pool (models that run inline have none), in each process',
    parse: positiveInteger,
  }),
  placement: setting<'auto' | 'inline' | 'pool'>({
    flags: '--placement <where>',
    variable: 'HEADRACE_PLACEMENT',
    default: 'auto',
    help: 'Where models run: inline (in the thread that reads the request), pool (worker threads), or auto (measured at load)',
    parse: oneOf(['auto', 'inline', 'pool']),
  }),
} as const

export type PlacementSettings = SettingsOf<typeof PLACEMENT_SETTINGS>
