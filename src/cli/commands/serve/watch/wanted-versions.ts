import type { NamedModels } from '../../../../core/model-change.ts'
import { parseModelUri } from '../../../../registry-client/model-uri.ts'
import { isWatchable } from '../../../../registry-client/watch/alias-watch.ts'
import type { ModelPlan } from '../../../../runtime/model-plan.ts'

/** What is served under a name, and what its URIs mean by now. */
export interface WantedVersions {
  /** Equal where the same versions are meant by the same URIs. */
  readonly servedKey: string
  readonly wantedKey: string
  /** As people read them. */
  readonly versions: string
  readonly reason: string
  /** What was served before is what is wanted. */
  readonly isPrevious: boolean
}

interface LedTo {
  readonly uri: string
  /** Of the registry; undefined where the plan led to none. */
  readonly version: string | undefined
}

/** URIs of what is served that may mean other versions. */
export function watchedUris(models: readonly NamedModels[]): readonly string[] {
  const served = models.filter(({ loaded }) => loaded)
  const uris = served.flatMap(({ plans }) => plansIn(plans).map(({ uri }) => uri))
  return [...new Set(uris)].filter(isWatchable)
}

/** @param means by URI; one that is not there means what is served. */
export function wantedVersions(
  { plans, previous }: NamedModels,
  means: ReadonlyMap<string, string>,
): WantedVersions {
  const served = plansIn(plans).map(ledTo)
  const wanted = served.map(({ uri, version }) => ({ uri, version: means.get(uri) ?? version }))
  const moved = wanted.filter(({ version }, index) => version !== served[index]?.version)
  const wantedKey = keyOf(wanted)
  return {
    servedKey: keyOf(served),
    wantedKey,
    versions: wanted.map(({ version }) => version ?? '').join(', '),
    reason: moved.map(({ uri, version }) => `${uri} means version ${version}`).join('; '),
    isPrevious: previous !== undefined && keyOf(plansIn(previous).map(ledTo)) === wantedKey,
  }
}

/** They come from this server, which had them from the same code. */
function plansIn(plans: readonly unknown[]): readonly ModelPlan[] {
  return plans as readonly ModelPlan[]
}

function ledTo({ uri, pin }: ModelPlan): LedTo {
  const pinned = pin === undefined ? undefined : parseModelUri(pin.uri)
  return { uri, version: pinned?.kind === 'version' ? pinned.version : undefined }
}

function keyOf(led: readonly LedTo[]): string {
  return JSON.stringify(led.map(({ uri, version }) => [uri, version ?? null]))
}
