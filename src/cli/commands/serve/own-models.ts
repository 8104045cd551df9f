import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { RepositoryControl } from '../../../runtime/repository-control.ts'
import type { WatchedModels } from '../../../supervisor/watched-models.ts'

/** The models of a server that is all there is, for whoever watches over them. */
export function ownModels(control: RepositoryControl, repository: ModelRepository): WatchedModels {
  const { histories } = control
  return {
    histories,
    list: () => repository.plans(),
    change: (change) => control.change(change),
    note: (name, event) => histories.note(name, event),
  }
}
