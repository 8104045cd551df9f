import { type SettingsOf, setting } from './setting.ts'
import { secondsToMs, text } from './values.ts'

/** The part of the settings table that says whether a server records what it does as a run of MLflow. */
export const TRACK_SETTINGS = {
  track: setting<string | undefined>({
    flags: '--track <experiment>',
    variable: 'HEADRACE_TRACK',
    default: undefined,
    help: 'Record a run in this experiment, which is made where it is not there: settings, models, latency, traffic and errors over time. At the tracking URI, a server or a database',
    parse: text,
  }),
  trackRunName: setting<string | undefined>({
    flags: '--track-run-name <name>',
    variable: 'HEADRACE_TRACK_RUN_NAME',
    default: undefined,
    defaultText: 'made up by the tracking server',
    help: 'Name of that run',
    parse: text,
  }),
  trackIntervalMs: setting({
    flags: '--track-interval <seconds>',
    variable: 'HEADRACE_TRACK_INTERVAL',
    default: 60_000,
    defaultText: '60',
    help: 'Seconds between two points of its metrics',
    parse: secondsToMs,
  }),
} as const

export type TrackSettings = SettingsOf<typeof TRACK_SETTINGS>
