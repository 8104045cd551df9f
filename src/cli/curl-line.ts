import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ServedModel } from '../runtime/served-model.ts'

/** A longer body is named by its file. */
const MAX_BODY_CHARACTERS = 1_000

export interface CurlTarget {
  readonly url: string
  readonly apiKey: string | undefined
}

/** A shell line that asks `model` for the predictions of its own input example; undefined where it has none. */
export async function curlLine(model: ServedModel, target: CurlTarget): Promise<string | undefined> {
  const { directory, servingInputPath } = model.mlmodel
  if (servingInputPath === undefined) return undefined
  const path = join(directory, servingInputPath)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // Newlines between JSON tokens only: inside of strings they are escaped.
  const body = text.trim().replace(/\s*\n\s*/g, ' ')
  const data = body.length > MAX_BODY_CHARACTERS ? `@${relative(process.cwd(), path)}` : body
  const key = target.apiKey === undefined ? '' : ' -H "authorization: Bearer $HEADRACE_API_KEY"'
  const insecure = target.url.startsWith('https:') ? ' --insecure' : ''
  return `curl -s${insecure} ${target.url}/invocations -H 'content-type: application/json'${key} -d ${quoted(data)}`
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
