import { resolve } from 'node:path'
import { notImplemented } from '../core/errors.ts'
import { schemeOf } from './artifact-uri.ts'
import { fileUriPath } from './local-artifacts.ts'

/**
 * The folder that a server keeps the artifacts in that clients send to it.
 * @param destination a path or a `file:` URI
 * @param folder what a relative path is relative to
 * @throws ServingError NOT_IMPLEMENTED for another store, INVALID_PARAMETER_VALUE for a URI that is not what it seems
 */
export function artifactDestination(destination: string, folder: string): string {
  const scheme = schemeOf(destination)
  if (scheme === undefined) return resolve(folder, destination)
  if (scheme === 'file') return fileUriPath(destination)
  throw notImplemented(
    `The artifacts destination '${destination}' is in a store that Headrace does not write to yet ('${scheme}:'): ` +
      'it takes a folder of this machine, as a path or as file:///path. With --no-serve-artifacts and ' +
      '--default-artifact-root clients reach such a store themselves',
  )
}
