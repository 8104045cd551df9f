import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { invalidParameter, messageOf, unauthenticated } from '../../../core/errors.ts'
import { printable } from '../../../core/printable.ts'
import { isRecord } from '../../../core/record.ts'
import type { Credentials } from './credentials.ts'

/** What a helper prints that has none (docker-credential-helpers, `credentials/error.go`). */
const NOT_FOUND = /credentials not found|no credentials server URL/i
/** User name of a secret that is an identity token. */
const TOKEN_USER = '<token>'
const TIMEOUT_MS = 60_000

/**
 * Asks the program `docker-credential-NAME` for the credentials of a server, by the protocol of
 * docker-credential-helpers: the server on standard input of `get`, JSON on standard output.
 * @throws ServingError INVALID_PARAMETER_VALUE where there is no such program, UNAUTHENTICATED where it fails
 */
export async function askHelper(name: string, server: string): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(name))
    throw invalidParameter(`'${printable(name)}' is no name of a credential helper`)
  const program = `docker-credential-${name}`
  const { code, output } = await ask(program, server)
  if (code !== 0) {
    if (NOT_FOUND.test(output)) return undefined
    throw unauthenticated(`${program} has failed for ${server} (exit code ${code})${reasonOf(output)}`)
  }
  return readAnswer(program, output)
}

/** What a helper that fails has printed is its reason, unless it had begun to hand out a secret. */
function reasonOf(output: string): string {
  const said = printable(output).trim().slice(0, 200)
  return said === '' || said.startsWith('{') ? '' : `: ${said}`
}

async function ask(program: string, server: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS })
  try {
    const closed = once(child, 'close')
    // One that ends without having read is told by its exit code.
    child.stdin.on('error', () => {}).end(`${server}\n`)
    const [output] = await Promise.all([text(child.stdout), closed])
    return { code: child.exitCode, output }
  } catch (cause) {
    throw invalidParameter(
      `The credential helper ${program}, which the credentials file names, cannot be run: ${messageOf(cause)}`,
    )
  }
}

function readAnswer(program: string, output: string): Credentials | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(output)
  } catch {
    throw unauthenticated(`${program} answered with no JSON`)
  }
  const { Username: username, Secret: secret } = isRecord(answer) ? answer : {}
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw unauthenticated(`${program} answered without Username and Secret`)
  }
  if (secret === '') return undefined
  return username === TOKEN_USER ? { identityToken: secret } : { username, password: secret }
}
