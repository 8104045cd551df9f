import type { ServerMeter } from '../../../bench/server-meter.ts'
import type { BenchTarget } from '../../../bench/target.ts'

/** What is measured, and what is known of the server behind it. */
export interface OpenedTarget {
  readonly target: BenchTarget
  /** Undefined where its processes are not to be seen from here. */
  readonly meter: ServerMeter | undefined
  /** Why a server that was started for the measurement is there no more; undefined while it is. */
  readonly ended?: () => string | undefined
  /** Ends the server where it was started for the measurement. */
  close(): Promise<void>
}
