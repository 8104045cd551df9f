import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { askHelper } from './credential-helper.ts'
import type { CredentialSource, Credentials } from './credentials.ts'

/**
 * The credentials that `docker login`, `podman login` and their like have kept: of `$REGISTRY_AUTH_FILE` where that is
 * set, else of docker's `config.json` (`$DOCKER_CONFIG`, `~/.docker`), then of podman's `auth.json`
 * (`$XDG_RUNTIME_DIR/containers`, `~/.config/containers`). The first file that has some for a registry is heeded.
 */
export function readCredentialFiles(variables: NodeJS.ProcessEnv = process.env): CredentialSource {
  return {
    find: async (registry, repository) => {
      for (const path of filesOf(variables)) {
        const file = await readCredentialFile(path)
        const found = file === undefined ? undefined : await findIn(file, path, registry, repository)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

type CredentialFile = Readonly<Record<string, unknown>>

function filesOf(variables: NodeJS.ProcessEnv): readonly string[] {
  const named = variables['REGISTRY_AUTH_FILE']
  if (named) return [named]
  const home = variables['HOME'] || homedir()
  const runtime = variables['XDG_RUNTIME_DIR']
  return [
    join(variables['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
    join(variables['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'auth.json'),
  ]
}

/** Undefined where there is none. */
async function readCredentialFile(path: string): Promise<CredentialFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) {
      return undefined
    }
    throw invalidParameter(`The credentials in ${path} cannot be read: ${messageOf(error)}`)
  }
  try {
    const file: unknown = text.trim() === '' ? {} : JSON.parse(text)
    if (isRecord(file)) return file
  } catch {
    // The message of JSON.parse would quote what is in the file.
  }
  throw invalidParameter(`${path} holds no JSON object, as docker and podman keep credentials in`)
}

/** A helper for one registry goes before the store of all, and that before what the file itself holds. */
async function findIn(
  file: CredentialFile,
  path: string,
  registry: string,
  repository: string,
): Promise<Credentials | undefined> {
  const helpers = isRecord(file['credHelpers']) ? file['credHelpers'] : {}
  const [named] = hostsOf(registry).flatMap((host) => entryOf(helpers, host) ?? [])
  const helper = named ?? file['credsStore']
  const asked =
    typeof helper === 'string' && helper !== '' ? await askHelper(helper, serverName(registry)) : undefined
  if (asked !== undefined) return asked
  const auths = isRecord(file['auths']) ? file['auths'] : {}
  for (const key of keysOf(registry, repository)) {
    const entry = entryOf(auths, key)
    const found = isRecord(entry) ? readEntry(entry, `${path}, auths of ${key}`) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** What docker calls a registry in its files: Docker Hub by the address of its first version. */
function serverName(registry: string): string {
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
}

/** The repository, the folders above it, and the registry: the closest goes first (containers-auth.json(5)). */
function keysOf(registry: string, repository: string): readonly string[] {
  const parts = repository.split('/')
  const paths = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  return [...paths.map((path) => `${registry}/${path}`), ...hostsOf(registry)]
}

/** By whichever of its names Docker Hub is meant. */
function hostsOf(registry: string): readonly string[] {
  return registry === 'docker.io' ? [registry, 'index.docker.io', 'registry-1.docker.io'] : [registry]
}

/** The value of a key, or of one that means the same registry: `https://HOST/v1/` is how old files name it. */
function entryOf(map: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(map, key)) return map[key]
  const other = Object.keys(map).find(
    (name) => name.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '') === key,
  )
  return other === undefined ? undefined : map[other]
}

function readEntry(entry: Readonly<Record<string, unknown>>, place: string): Credentials | undefined {
  const { identitytoken, auth, username, password } = entry
  if (typeof identitytoken === 'string' && identitytoken !== '') return { identityToken: identitytoken }
  if (typeof auth === 'string' && auth !== '') return readAuth(auth, place)
  if (typeof username === 'string' && typeof password === 'string') return { username, password }
  return undefined
}

/** `USER:PASSWORD` in base64; docker pads what it wrote with NUL in its first years. */
function readAuth(auth: string, place: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = text.indexOf(':')
  if (colon < 1) throw invalidParameter(`${place}: 'auth' is not the base64 of USER:PASSWORD`)
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
