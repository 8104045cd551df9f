import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { heldVariable, PORT_VARIABLES } from './platform-variables.ts'

/**
 * The HEALTHCHECK of an image, a program of its own that imports next to nothing: asks whether the server of the same container
 * answers, at the address that the same variables give it, and exits with 0 or 1. Not by /ready: a server that is asked that
 * is behind a balancer, and on its way out waits for that to hear of it.
 */

/** Below the 5 s that the image gives it. */
const TIMEOUT_MS = 3000

/** What stands for all addresses is none that can be asked. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '::1' }

const { env } = process
const host = env['MLFLOW_HOST'] ?? ''
const port = env[heldVariable(PORT_VARIABLES, env) ?? 'MLFLOW_PORT'] || '5000'
const isTls = (env['HEADRACE_SSL_CERTFILE'] ?? '') !== ''

const options = { host: ANY_ADDRESS[host] ?? host, port, path: '/health', timeout: TIMEOUT_MS, agent: false }
// The server's certificate is for the names that its clients call it by.
const asked = isTls ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options)

asked.on('response', (reply) => {
  reply.resume()
  end(reply.statusCode === 200 ? undefined : `it answered ${reply.statusCode}`)
})
asked.on('timeout', () => end(`it has not answered in ${TIMEOUT_MS} ms`))
asked.on('error', ({ message }) => end(message))
asked.end()

function end(problem: string | undefined): void {
  if (problem !== undefined) process.stderr.write(`unhealthy: ${problem}\n`)
  process.exit(problem === undefined ? 0 : 1)
}
