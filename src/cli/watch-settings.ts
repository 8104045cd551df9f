import { invalidParameter } from '../core/errors.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { numberFromZero, secondsToMs } from './values.ts'

/** The part of the settings table that says whether a server follows its registry. */
export const WATCH_SETTINGS = {
  watch: flag({
    flags: '--watch',
    variable: 'HEADRACE_WATCH',
    help: 'Follow the registry: when an alias, latest or a stage means another version, that is loaded and proved beside the one that is served, and takes its place',
  }),
  watchIntervalMs: setting({
    flags: '--watch-interval <seconds>',
    variable: 'HEADRACE_WATCH_INTERVAL',
    default: 10_000,
    defaultText: '10',
    help: 'Seconds between two looks at a registry on a server, a fifth more or less each time; a SQLite file is looked at four times a second',
    parse: secondsToMs,
  }),
  keepPreviousMs: setting<number | undefined>({
    flags: '--keep-previous <minutes>',
    variable: 'HEADRACE_KEEP_PREVIOUS',
    default: undefined,
    defaultText: '10 with --watch, else 0',
    help: 'Minutes for which a model that another took the place of stays loaded, in its memory, so that a rollback takes no time',
    parse: minutesToMs,
  }),
} as const

export type WatchSettings = SettingsOf<typeof WATCH_SETTINGS>

const KEPT_MS = 600_000
/** The longest that a timer takes (`setTimeout`). */
const LONGEST_MINUTES = 35_000

/** How long a model that was replaced stays loaded. */
export function keptMs({ watch, keepPreviousMs }: WatchSettings): number {
  return keepPreviousMs ?? (watch ? KEPT_MS : 0)
}

function minutesToMs(value: string): number {
  const minutes = numberFromZero(value)
  if (minutes > LONGEST_MINUTES) throw invalidParameter(`'${value}' is more than ${LONGEST_MINUTES} minutes`)
  return Math.round(minutes * 60_000)
}
