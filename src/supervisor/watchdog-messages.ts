import type { HangLine } from './watchdog-line.ts'

/** What the watchdog's thread is given. */
export interface WatchdogData {
  /** One Int32 that the watched thread adds to, once in `beatMs`. */
  readonly beats: SharedArrayBuffer
  readonly beatMs: number
  /** So many of its own ticks without a beat are too many. */
  readonly maxSilentTicks: number
  readonly lastLine: HangLine
}
