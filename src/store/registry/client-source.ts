import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { uriParts } from '../../core/uri-parts.ts'
import { isPrompt } from '../../entities/registered-model.ts'
import { type ArtifactHosts, requireTrustedHost } from '../artifact-hosts.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { readModelTags } from './model-parts.ts'
import type { NewModelVersion } from './model-version-store.ts'
import { parseModelsUri } from './models-uri.ts'
import { requireModelRow } from './registry-queries.ts'
import { findLoggedModel, findRunArtifacts, requireNamedVersion } from './source-location.ts'
import { isArtifactSource, isLocalSource, type SourceOwner, sourceOutside } from './source-rules.ts'

/** What clients of a server may name as the source of a version. */
export interface ClientSources {
  readonly hosts: ArtifactHosts
  /** What every source must match somewhere. `MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX` in MLflow. */
  readonly pattern?: RegExp | undefined
  /** Whether logged models are in another database: then one that is named is not looked for. */
  readonly loggedModelsElsewhere?: boolean | undefined
}

/** MLflow's own clients name one of these for prompts, which have no files. */
const PROMPT_SOURCES = new Set(['dummy-source', 'prompt-template'])

/** Whether a client makes a version of a prompt, whose source is no place. The last tag of a key counts. */
export function isPromptVersion({ tags = [] }: NewModelVersion): boolean {
  return isPrompt(tags)
}

/**
 * The rules that need no look into the database.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function requireAllowedSource(version: NewModelVersion, sources: ClientSources): void {
  const { source } = version
  if (sources.pattern !== undefined && !sources.pattern.test(source)) {
    throw invalidParameter(`Invalid model version source: '${source}'.`)
  }
  if (isPromptVersion(version) && !PROMPT_SOURCES.has(source)) {
    throw invalidParameter(
      `Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`,
    )
  }
  requireTrustedHost(source, 'source', sources.hosts)
}

/**
 * The version with the source that `models:/name@alias` and the like mean now, as `models:/name/3`, and with the run
 * of the version that is meant. Without a run its id is empty, as for MLflow's server.
 * @throws ServingError
 */
export async function withFollowedSource(
  session: SqlSession,
  version: NewModelVersion,
): Promise<NewModelVersion> {
  const { source, runId, modelId } = version
  const { scheme, authority } = uriParts(source)
  const unchanged = { ...version, runId: runId ?? '' }
  if (scheme !== 'models') return unchanged
  if (authority !== '') throw refused(source, 'Registered model sources must use the active model registry.')
  const parsed = parseModelsUri(source)
  if (parsed === undefined) throw sourceOutside(source, 'model_id')
  if ('modelId' in parsed) return unchanged
  await requireModelRow(session, parsed.name)
  if (isPrompt(await readModelTags(session, parsed.name))) {
    throw refused(source, 'Prompt versions cannot be used as model version sources.')
  }
  const row = await requireNamedVersion(session, parsed)
  // The database does not keep which logged model a version was made of.
  if ((runId !== undefined && runId !== (row.run_id ?? '')) || (modelId ?? '') !== '') {
    throw refused(
      source,
      'The run_id and model_id request parameters must match the referenced model version.',
    )
  }
  return {
    ...version,
    source: `models:/${parsed.name}/${row.version}`,
    runId: runId ?? row.run_id ?? undefined,
  }
}

/** The run or logged model that must hold the source, with its artifacts where they are asked for. */
export async function ownerOf(session: SqlSession, version: NewModelVersion): Promise<SourceOwner> {
  const { source, runId = '', modelId = '' } = version
  const kind = modelId === '' ? 'run' : 'model'
  const id = kind === 'run' ? runId : modelId
  if (id === '' || !(isLocalSource(source) || isArtifactSource(source))) return { kind, id }
  if (kind === 'run') return { kind, id, artifacts: await findRunArtifacts(session, id) }
  return { kind, id, artifacts: (await findLoggedModel(session, id))?.artifact_location }
}

function refused(source: string, reason: string): ServingError {
  return invalidParameter(`Invalid model version source: '${source}'. ${reason}`)
}
