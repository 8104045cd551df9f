import { invalidParameter } from '../core/errors.ts'
import { hostOf, uriParts } from '../core/uri-parts.ts'

/** Which hosts a location may name that a client has written, where reading it means to connect to that host. */
export interface ArtifactHosts {
  /** Locations that the server itself was given: what they name is trusted. */
  readonly trusted: readonly string[]
  /** Schemes whose every host is. `MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES` in MLflow. */
  readonly allowedSchemes: readonly string[]
}

/** Nothing is trusted. */
export const NO_ARTIFACT_HOSTS: ArtifactHosts = { trusted: [], allowedSchemes: [] }

/** Schemes that name a host to connect to, with the port that is meant where none is named (MLflow's `host_policy.py`). */
const DEFAULT_PORTS: Readonly<Record<string, readonly (number | undefined)[]>> = {
  ftp: [21],
  sftp: [22],
  hdfs: [undefined],
  viewfs: [undefined],
  http: [80],
  https: [443],
  'mlflow-artifacts': [80, 443],
  r2: [443],
  b2: [443],
  abfss: [443],
}

/** Schemes that lead to the same service. */
const FAMILIES: Readonly<Record<string, string>> = {
  viewfs: 'hdfs',
  https: 'http',
  'mlflow-artifacts': 'http',
}

/**
 * Refuses a location on a host that the server has no business with (GHSA-mr9f-g8qf-4w4j).
 * @param field of the request, for the message
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function requireTrustedHost(uri: string, field: string, hosts: ArtifactHosts): void {
  const targets = targetsOf(uri)
  const { scheme } = uriParts(uri)
  if (targets.length === 0 || hosts.allowedSchemes.some((allowed) => allowed.toLowerCase() === scheme)) return
  const trusted = new Set(hosts.trusted.flatMap(targetsOf))
  if (targets.some((target) => target !== MALFORMED && trusted.has(target))) return
  throw invalidParameter(
    `'${field}' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other than the ` +
      "tracking server's configured artifact storage, so the server would connect to the host named in the URI. " +
      'Set the MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it.',
  )
}

/** An authority that one reads otherwise than another. */
const MALFORMED = 'malformed'

/** What a URI may make a server connect to: several where the port depends on more than the URI. */
function targetsOf(uri: string): readonly string[] {
  const { scheme, authority } = uriParts(uri)
  const ports = Object.hasOwn(DEFAULT_PORTS, scheme) ? DEFAULT_PORTS[scheme] : undefined
  if (ports === undefined) return []
  // `mlflow-artifacts:/path` is on the tracking server itself.
  if (scheme === 'mlflow-artifacts' && authority === '') return []
  const port = /:(\d*)$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1] ?? ''
  if (/[\\\s]/.test(authority) || Number(port) > 65_535) return [MALFORMED]
  const family = FAMILIES[scheme] ?? scheme
  const meant = port === '' ? ports : [Number(port)]
  return meant.map((each) => `${family} ${hostOf(authority)} ${each ?? ''}`)
}
