/** What the watchdog's thread is given. */
export interface WatchdogData {
  /** One Int32 that the watched thread adds to, once in `beatMs`. */
  readonly beats: SharedArrayBuffer
  readonly beatMs: number
  /** So many of its own ticks without a beat are too many. */
  readonly maxSilentTicks: number
  /** The last line of the log, for whoever looks why the process is gone. */
  readonly lastLine: { readonly before: string; readonly after: string }
}
