import { invalidParameter } from '../../core/errors.ts'
import { fullyDecoded } from '../../core/percent-decoding.ts'
import { hostOf, uriParts } from '../../core/uri-parts.ts'
import { absoluteLocation } from '../../core/uri-path.ts'
import { type ArtifactHosts, requireTrustedHost } from '../artifact-hosts.ts'
import { isLonger } from '../validation.ts'

/**
 * Where the runs of an experiment put their files, as it is stored: from what a client names, by the rules of
 * MLflow 3.17.2. A relative path is one of the folder that the server runs in.
 * @param maxLength in characters
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function asArtifactLocation(location: string, hosts: ArtifactHosts, maxLength: number): string {
  const { query, fragment, parameters } = uriParts(location)
  if (fragment !== '' || parameters !== '') {
    throw invalidParameter("'artifact_location' URL can't include fragments or params.")
  }
  const decoded = fullyDecoded(query)
  if (decoded === undefined || decoded.includes('..')) throw invalidParameter('Invalid query string')
  requireTrustedHost(location, 'artifact_location', hosts)
  if (location.startsWith('runs:')) {
    throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`)
  }
  requireLocationLength(location, maxLength)
  requireThisHost(location)
  const absolute = absoluteLocation(location)
  requireLocationLength(absolute, maxLength)
  return absolute
}

function requireLocationLength(location: string, maxLength: number): void {
  if (!isLonger(location, maxLength)) return
  throw invalidParameter(
    `Invalid artifact path length. The length of the artifact path cannot be greater than ${maxLength} ` +
      'characters. To configure this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.',
  )
}

/** A `file:` URI may name this host only. */
function requireThisHost(location: string): void {
  const { scheme, authority } = uriParts(location)
  if (scheme !== 'file' || /^(|\.|localhost.*|127\.0\.0\.1.*)$/.test(hostOf(authority))) return
  throw invalidParameter(
    `${location} is not a valid remote uri. For remote access on windows, please consider using a different ` +
      'scheme such as SMB (e.g. smb://<hostname>/<path>).',
  )
}
