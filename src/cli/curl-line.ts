import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { findModelFile } from '../flavors/model-file.ts'
import type { ServedModel } from '../runtime/served-model.ts'

/** A longer body is named by its file. */
const MAX_BODY_CHARACTERS = 1_000
/** With the spaces between its tokens. */
const MAX_BODY_BYTES = 100_000

export interface CurlTarget {
  readonly url: string
  readonly apiKey: string | undefined
}

/** A shell line that asks `model` for the predictions of its own input example; undefined where it has none. */
export async function curlLine(model: ServedModel, target: CurlTarget): Promise<string | undefined> {
  const { directory, servingInputPath } = model.mlmodel
  if (servingInputPath === undefined) return undefined
  const file = await findModelFile(directory, servingInputPath).catch(() => undefined)
  if (file === undefined) return undefined
  const body = file.bytes > MAX_BODY_BYTES ? undefined : await oneLine(file.path)
  const isShort = body !== undefined && body.length <= MAX_BODY_CHARACTERS
  const data = isShort ? body : `@${relative(process.cwd(), file.path)}`
  const key = target.apiKey === undefined ? '' : ' -H "authorization: Bearer $HEADRACE_API_KEY"'
  const insecure = target.url.startsWith('https:') ? ' --insecure' : ''
  return `curl -s${insecure} ${target.url}/invocations -H 'content-type: application/json'${key} -d ${quoted(data)}`
}

async function oneLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8')
  // Newlines between JSON tokens only: inside of strings they are escaped.
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
