import { extname } from 'node:path'
import { MEDIA_TYPES, SUFFIXES_OF_ENCODINGS, SUFFIXES_OF_TWO } from './media-types.ts'

const FALLBACK = 'application/octet-stream'

/** Names and endings of what MLflow 3.17.2 shows as text (`mime_type_utils.py`). */
const TEXT: ReadonlySet<string> = new Set(
  (
    'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb ' +
    'MLmodel MLproject'
  ).split(' '),
)

/** The media type of an artifact by its name, as MLflow guesses it. */
export function mediaTypeOf(name: string): string {
  const ending = extname(name).replaceAll('.', '') || name
  return TEXT.has(ending) ? 'text/plain' : (guess(name) ?? FALLBACK)
}

/** Python's `mimetypes.guess_type`. */
function guess(name: string): string | undefined {
  let ending = extname(name)
  let stem = name.slice(0, name.length - ending.length)
  const two = SUFFIXES_OF_TWO[ending.toLowerCase()]
  if (two !== undefined) [stem, ending] = [stem + two[0], two[1]]
  if (SUFFIXES_OF_ENCODINGS.has(ending)) ending = extname(stem)
  return MEDIA_TYPES.get(ending.toLowerCase())
}
