import type { TrackingOptions } from '../../tracking/command.ts'
import type { ExperimentChoice } from '../../tracking/find-experiment.ts'
import type { View } from '../../tracking/view.ts'

export interface ListOptions extends TrackingOptions {
  readonly view: View
  readonly filter?: string
  readonly maxResults?: number
}

export interface CreateOptions extends TrackingOptions {
  readonly experimentName: string
  readonly artifactLocation?: string
}

export interface ExperimentOptions extends TrackingOptions, ExperimentChoice {}

export interface RenameOptions extends ExperimentOptions {
  readonly newName: string
}
