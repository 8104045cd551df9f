import {
  conflict,
  internalError,
  invalidParameter,
  messageOf,
  notFound,
  permissionDenied,
  resourceExhausted,
  type ServingError,
} from '../core/errors.ts'

/** Codes of the operating system that say that a path names nothing. */
const NOTHING_THERE: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'])

export function isNothingThere(error: unknown): boolean {
  return NOTHING_THERE.has(codeOf(error))
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** @param path as the client named it */
export function noSuchArtifact(path: string): ServingError {
  return notFound(`No such artifact: '${path}'`)
}

export function isFolder(path: string): ServingError {
  return invalidParameter(`Artifact path refers to a directory, not a file: '${path}'`, { isFolder: true })
}

export function outsideFolder(): ServingError {
  return invalidParameter('Invalid path: resolved path is outside the artifact directory')
}

/** What a client is told of a file that could not be read or written; errors that are told already stay. */
export function fileFailure(error: unknown, path: string): unknown {
  const told = FAILURES[String(codeOf(error))]
  if (told !== undefined) return told(path, error)
  const isOfSystem = error instanceof Error && 'syscall' in error
  return isOfSystem ? internalError(`The artifact '${path}': ${messageOf(error)}`, error) : error
}

type Told = (path: string, cause: unknown) => ServingError

const NO_ROOM: Told = (path, cause) =>
  resourceExhausted(`There is no room left on the disk for the artifact '${path}'`, cause)
const NOT_ALLOWED: Told = (path) =>
  permissionDenied(`The server may not read or write the artifact '${path}' where it lies`)
const NO_FOLDER: Told = (path) =>
  invalidParameter(`Invalid artifact path: '${path}'. A part of it is a file and no folder`)
const NAME_TOO_LONG: Told = (path) =>
  invalidParameter(`Invalid artifact path: '${path}'. Its name is longer than the file system takes`)

const FAILURES: Readonly<Record<string, Told>> = {
  ENOSPC: NO_ROOM,
  EDQUOT: NO_ROOM,
  EFBIG: NO_ROOM,
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: NOT_ALLOWED,
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  ELOOP: NO_FOLDER,
  ENAMETOOLONG: NAME_TOO_LONG,
  EISDIR: (path) => isFolder(path),
  ENOENT: (path) => conflict(`The folder of the artifact '${path}' was deleted while it was written`),
}
