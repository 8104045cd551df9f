import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { digestModelFiles } from '../artifacts/model-files.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { Tag } from '../entities/tag.ts'
import { requireModelName, requireNewAlias, requireRegistryTag } from '../store/validation.ts'
import { modelFolder } from './place-model-files.ts'

export interface ModelRegistration {
  /** Folder with an MLmodel file, or one of a model that `bare` describes. */
  readonly path: string
  readonly bare?: BareModel | undefined
  /** Name of the registered model, made where it is not there. */
  readonly name: string
  readonly alias?: string | undefined
  readonly description?: string | undefined
  readonly tags?: readonly Tag[]
  /**
   * Register nothing where a version of the model was registered from equal files; an alias is then set only if
   * the model does not have it yet, so one that was moved since stays where it is.
   */
  readonly ifAbsent?: boolean
}

/** A model whose folder has no MLmodel file: the registered copy gets one. */
export interface BareModel {
  /** What tells models of equal files apart, such as a signature that was given with them. */
  readonly distinction?: string | undefined
  /**
   * Text of the MLmodel file. Asked for only where a version is made.
   * @throws ServingError where the model cannot be served
   */
  readonly describe: () => Promise<string>
}

export interface Registered {
  readonly version: ModelVersion
  /** False where `ifAbsent` found the version. */
  readonly created: boolean
}

/** What a version is made of. */
export interface RegisteredFiles {
  /** Real path. */
  readonly folder: string
  /** The same for equal models. */
  readonly digest: string
}

/** Tag of a version that Headrace registered: the digest of the files that it was registered from. */
const CONTENT_DIGEST_TAG = 'headrace.content_digest'

/** Of the logged models that versions are made from. */
export const LOGGED_MODEL_TAGS: readonly Tag[] = [
  { key: 'mlflow.source.name', value: 'headrace' },
  { key: 'mlflow.source.type', value: 'LOCAL' },
]

/** Of a new version. */
export function versionTags({ tags = [] }: ModelRegistration, digest: string): readonly Tag[] {
  return [...tags, { key: CONTENT_DIGEST_TAG, value: digest }]
}

export function isMadeOf({ tags }: ModelVersion, digest: string): boolean {
  return tags.some(({ key, value }) => key === CONTENT_DIGEST_TAG && value === digest)
}

/** @throws ServingError INVALID_PARAMETER_VALUE for a name that may not be, or a folder that is no model's */
export async function filesToRegister(registration: ModelRegistration): Promise<RegisteredFiles> {
  requireNames(registration)
  const { path, bare } = registration
  const folder = bare === undefined ? await modelFolder(path) : await realpath(path)
  return { folder, digest: distinguished(await digestModelFiles(folder), bare) }
}

function requireNames({ name, alias, tags = [] }: ModelRegistration): void {
  requireModelName(name)
  if (alias !== undefined) requireNewAlias(alias)
  for (const tag of tags) requireRegistryTag(tag)
}

function distinguished(digest: string, bare: BareModel | undefined): string {
  if (bare?.distinction === undefined) return digest
  return `sha256:${createHash('sha256').update(`${digest} ${bare.distinction}`).digest('hex')}`
}
