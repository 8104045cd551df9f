import type { ArtifactFile } from '../../artifacts/artifact-repository.ts'
import { invalidModel, type ServingError } from '../../core/errors.ts'

const MOST_FILES = 10_000
const MOST_SEGMENTS = 32
/** Of one name, on the file systems in use. */
const MOST_SEGMENT_BYTES = 255
/** Half of Linux's PATH_MAX: the rest is for the folder of the cache. */
const MOST_PATH_BYTES = 2048

/** Told in messages, which a hostile path must not fill or steer. */
const MOST_CHARACTERS_SHOWN = 120

/**
 * Refuses a listing from which files could not be written as they are named, inside one folder, on every system:
 * the whole model is refused, since without one of its files it would be another.
 * @throws ServingError INVALID_PARAMETER_VALUE that names the path and what is wrong with it
 */
export function checkModelPaths(files: readonly ArtifactFile[], uri: string): void {
  if (files.length > MOST_FILES) {
    throw invalidModel(
      `${uri} lists ${files.length} files: a model may have ${MOST_FILES}. Does it name a model's own folder?`,
    )
  }
  const names = new TakenNames()
  for (const { path } of files) {
    const fault = faultOfPath(path) ?? names.take(path)
    if (fault !== undefined) throw unsafePath(path, fault, uri)
  }
}

function unsafePath(path: string, fault: string, uri: string): ServingError {
  return invalidModel(`The model at ${uri} lists a file ${shown(path)} and is refused: ${fault}`, {
    details: { path },
  })
}

function shown(path: string): string {
  const cut = path.length > MOST_CHARACTERS_SHOWN ? `${path.slice(0, MOST_CHARACTERS_SHOWN)}…` : path
  return JSON.stringify(cut.toWellFormed()).replace(/[\u007f-\u009f]/g, '\ufffd')
}

/** What is wrong with a path by itself. */
function faultOfPath(path: string): string | undefined {
  if (path === '') return 'the path is empty'
  if (!path.isWellFormed()) return 'the path is not Unicode'
  if (/\p{Cc}/u.test(path)) return 'the path has control characters'
  if (path.includes('\\')) return 'the path has a backslash'
  if (path.startsWith('/')) return 'the path is absolute'
  if (Buffer.byteLength(path) > MOST_PATH_BYTES) return `the path is longer than ${MOST_PATH_BYTES} bytes`
  const segments = path.split('/')
  if (segments.length > MOST_SEGMENTS) return `the path is deeper than ${MOST_SEGMENTS} folders`
  for (const segment of segments) {
    const fault = faultOfSegment(segment)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfSegment(segment: string): string | undefined {
  if (segment === '') return 'the path has an empty part'
  if (segment === '.' || segment === '..') return `the path has the part '${segment}'`
  // Windows drops both, so that two names would be one file.
  if (/[. ]$/.test(segment)) return 'a part of the path ends with a dot or a space'
  if (/^[a-z]:/i.test(segment)) return 'the path names a drive'
  if (Buffer.byteLength(segment) > MOST_SEGMENT_BYTES) {
    return `a part of the path is longer than ${MOST_SEGMENT_BYTES} bytes`
  }
  return undefined
}

interface Taken {
  readonly name: string
  readonly kind: 'file' | 'folder'
}

/** Names of the files and folders of one tree, alike where some file system takes them for one. */
class TakenNames {
  readonly #taken = new Map<string, Taken>()

  /** @returns what speaks against this path beside those before it */
  take(path: string): string | undefined {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const fault = this.#takeOne({ name: path.slice(0, end), kind: 'folder' })
      if (fault !== undefined) return fault
    }
    return this.#takeOne({ name: path, kind: 'file' })
  }

  #takeOne(one: Taken): string | undefined {
    const key = folded(one.name)
    const other = this.#taken.get(key)
    if (other === undefined) {
      this.#taken.set(key, one)
      return undefined
    }
    if (other.name !== one.name) {
      return `it differs only in case or in Unicode form from ${shown(other.name)}`
    }
    if (other.kind !== one.kind) return `${shown(one.name)} is a file and a folder`
    return one.kind === 'file' ? 'the path is listed twice' : undefined
  }
}

/** To upper case first: some letters have one capital and two small forms (s and ſ, k and the Kelvin sign). */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
