import type { TrackingOptions } from '../../tracking/command.ts'
import type { ExperimentChoice } from '../../tracking/find-experiment.ts'
import type { View } from '../../tracking/view.ts'

export interface ListOptions extends TrackingOptions, ExperimentChoice {
  readonly view: View
  readonly filter?: string
  readonly orderBy?: string
  readonly maxResults?: number
}

export interface RunOptions extends TrackingOptions {
  readonly runId: string
}

export interface CompareOptions extends TrackingOptions {
  readonly differences: boolean
}
