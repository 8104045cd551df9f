import { MlflowServers, type ServerAccess } from '../mlflow-servers.ts'
import type { RegistryPlace } from '../registry-place.ts'
import type { WatchLog } from '../watch/registry-watch.ts'
import { RolloutStateStore, type RolloutStateStoreInit } from './rollout-state-store.ts'
import type { StateCell } from './state-cell.ts'
import { StateFile } from './state-file.ts'
import { StateTag } from './state-tag.ts'

export interface RolloutStatePlace extends Pick<RolloutStateStoreInit, 'onChange'> {
  readonly rollout: string
  /** The control's registered model, and its registry; undefined where no registry knows it, or it may not be asked. */
  readonly registered: { readonly model: string; readonly place: RegistryPlace } | undefined
  /** Absolute path of a file of this machine and of this rollout: the state where there is no registry, else a copy of it. */
  readonly file: string
  readonly access: ServerAccess
  readonly log: RolloutStateStoreInit['log'] & WatchLog
}

/** Opens what the replicas of a rollout agree by. @throws ServingError where the registry is of a kind that cannot be changed */
export async function openRolloutState(init: RolloutStatePlace): Promise<RolloutStateStore> {
  const { file, onChange, log } = init
  const shared = await tagOf(init)
  const cells =
    shared === undefined
      ? { shared: new StateFile(file), local: undefined }
      : { shared, local: new StateFile(file) }
  return new RolloutStateStore({ ...cells, onChange, log })
}

/** Drivers of databases, and the HTTP client, are imported where they are needed. */
async function tagOf({
  rollout,
  registered,
  access,
  log,
}: RolloutStatePlace): Promise<StateCell | undefined> {
  if (registered === undefined) return undefined
  const { model, place } = registered
  const tag = new StateTag({ model, rollout, place, log })
  if (place.kind === 'server') {
    const { ServerTag } = await import('./server-tag.ts')
    return new ServerTag(tag, await new MlflowServers(access).client(place.url, 'brief'))
  }
  const [{ openRegistry }, { DatabaseTag }] = await Promise.all([
    import('../open-registry.ts'),
    import('./database-tag.ts'),
  ])
  const { stores } = openRegistry(place.location, 'write')
  return new DatabaseTag(tag, stores)
}
