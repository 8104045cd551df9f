import { unavailable } from '../core/errors.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import type { ModelEvent, ModelHistories } from '../core/model-history.ts'
import type { ChangingProcess, ModelChanges } from './model-changes.ts'

/** The models of all processes of a server, for whoever changes them without being one of those. */
export interface WatchedModels {
  readonly histories: ModelHistories
  /** What is served, or was. */
  list(): readonly NamedModels[]
  /** Makes a change everywhere. @throws ServingError why it was made nowhere. */
  change(change: ModelChange): Promise<void>
  note(name: string, event: ModelEvent): void
}

/** @param lead whoever finds out what a URI leads to. */
export function watchedModels<Process extends ChangingProcess>(
  changes: ModelChanges<Process>,
  lead: () => Process | undefined,
): WatchedModels {
  return {
    histories: changes.histories,
    list: () => changes.models(),
    note: (name, event) => changes.note(name, event),
    change: async (change) => {
      const process = lead()
      if (process === undefined) throw unavailable('No process serves just now')
      const error = await changes.change(process, change)
      if (error !== undefined) throw error
    },
  }
}
