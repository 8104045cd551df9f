import type { RolloutClientSettings } from '../../rollout-client-settings.ts'

export interface RolloutOptions extends RolloutClientSettings {
  readonly json: boolean
}

export interface ShowOptions extends RolloutOptions {
  /** Seconds; true where none are given. */
  readonly watch?: number | true
}

export interface ReportOptions extends RolloutOptions {
  readonly outputPath: string
}

export interface AbortOptions extends RolloutOptions {
  readonly cause?: string
}

/** What is to be done with the rollout of a name, or the only one. */
export interface Wanted {
  readonly name: string | undefined
  readonly wanted: string
}
