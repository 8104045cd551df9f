import { invalidParameter } from '../../core/errors.ts'
import { isLoopback } from '../../core/loopback.ts'
import { printable } from '../../core/printable.ts'

/** A place for an image in a registry (distribution specification 1.1, "Pulling manifests"). */
export interface ImageReference {
  /** Host and perhaps port, in small letters: `registry.example`, `localhost:5000`, `docker.io`. */
  readonly registry: string
  /** `library/iris`, `team/models/iris`. */
  readonly repository: string
  /** Neither this nor a digest: `latest` is meant. */
  readonly tag?: string
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string
}

const DOCKER_HUB = 'docker.io'

/** A component of a host name, or an address of IPv6 in brackets, and perhaps a port. */
const REGISTRY =
  /^(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/
/** `<name>` of the distribution specification. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
/** Of registry and repository together, as docker and containerd have it. */
const LONGEST_NAME = 255

/**
 * Reads `registry.example/team/iris:3`, `localhost:5000/iris@sha256:…`, and by Docker Hub's rules `iris` and `team/iris`.
 * @throws ServingError INVALID_PARAMETER_VALUE that says which part is wrong
 */
export function parseReference(text: string): ImageReference {
  const [rest, digest] = cut(text, text.indexOf('@'))
  if (digest !== undefined && !DIGEST.test(digest)) {
    throw malformed(text, 'behind @ there must be sha256: and 64 hex digits in small letters')
  }
  const colon = rest.lastIndexOf(':')
  const [name, tag] = cut(rest, colon > rest.lastIndexOf('/') ? colon : -1)
  if (tag !== undefined && !TAG.test(tag)) {
    throw malformed(text, 'a tag has up to 128 letters, digits, underscores, periods and hyphens')
  }
  return {
    ...readName(text, name),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** In full, as any tool reads it: `docker.io/library/iris:latest`. */
export function referenceText({ registry, repository, tag, digest }: ImageReference): string {
  const suffix = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
  return `${registry}/${repository}${suffix || ':latest'}`
}

/** What a manifest is asked for or put by. */
export function manifestKey({ tag, digest }: ImageReference): string {
  return digest ?? tag ?? 'latest'
}

/**
 * Where the registry is reached. Plain HTTP is for this machine alone, but for a registry that is said to have nothing
 * else.
 */
export function registryOrigin({ registry }: Pick<ImageReference, 'registry'>, plainHttp = false): string {
  if (registry === DOCKER_HUB) return 'https://registry-1.docker.io'
  const scheme = plainHttp || isLoopback(hostOf({ registry })) ? 'http' : 'https'
  return `${scheme}://${registry}`
}

/** `registry.example` of `registry.example:5000`. */
export function hostOf({ registry }: Pick<ImageReference, 'registry'>): string {
  return registry.replace(/:\d+$/, '')
}

function readName(text: string, name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  // The rule of docker: what stands first is a host where it could be nothing else. But not for its capital letters: other
  // tools would read it on Docker Hub once it is written in small ones.
  const hasHost = slash > 0 && (/[.:]/.test(first) || first.toLowerCase() === 'localhost')
  const host = hasHost ? first.toLowerCase() : DOCKER_HUB
  const registry = host === 'index.docker.io' || host === 'registry-1.docker.io' ? DOCKER_HUB : host
  const path = hasHost ? name.slice(slash + 1) : name
  if (!REGISTRY.test(registry)) throw malformed(text, `'${printable(first)}' is no host`)
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path
  if (!REPOSITORY.test(repository)) {
    throw malformed(
      text,
      'the name of a repository has parts of small letters and digits, with single . _ or hyphens between them',
    )
  }
  if (registry.length + repository.length >= LONGEST_NAME) {
    throw malformed(text, `registry and repository have more than ${LONGEST_NAME} characters`)
  }
  return { registry, repository }
}

/** The text before a place, and what stands behind it; all of it where there is no such place. */
function cut(text: string, at: number): readonly [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function malformed(text: string, reason: string): Error {
  return invalidParameter(`'${printable(text)}' is no reference to an image: ${reason}`)
}
