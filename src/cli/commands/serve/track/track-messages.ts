import type { MetricFigures } from '../../../../core/metric-figures.ts'
import type { RunStatus } from '../../../../entities/run-info.ts'
import type { ServeSettings } from '../../../config.ts'

export type Figures = readonly (readonly MetricFigures[])[]

/** What the thread that records is given. */
export interface TrackData {
  readonly settings: ServeSettings
  /** The experiment. */
  readonly experiment: string
  /** When the server was started, in epoch milliseconds. */
  readonly startedAt: number
}

/** To the thread. All figures are since the start. */
export type TrackRequest =
  | { readonly kind: 'figures'; readonly at: number; readonly figures: Figures }
  | { readonly kind: 'end'; readonly at: number; readonly figures: Figures; readonly status: RunStatus }

/** From the thread. */
export type TrackReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn'; readonly message: string }
