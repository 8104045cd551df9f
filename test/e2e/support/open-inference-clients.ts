import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from './headrace-process.ts'

const executeFile = promisify(execFile)
const PROGRAMS = `${ROOT}test/e2e/support/open_inference/`

/** What a program is told of the server. */
export interface ServerAddresses {
  /** `host:port`. */
  readonly rest: string
  /** `host:port`. */
  readonly grpc?: string
  /** The one that is meant where a program knows both. */
  readonly transport?: 'rest' | 'grpc'
  readonly apiKey?: string
  /** PEM file of the authority to trust. */
  readonly certificate?: string
}

/** Names of what held, and errors of what did not by its name. */
export interface ScenarioReport {
  readonly held: readonly string[]
  readonly failed: Readonly<Record<string, string>>
}

/** The interpreter with `test/e2e/requirements-open-inference.txt`; a suite that needs it fails without it. */
function clientsPython(): string {
  const path = process.env['HEADRACE_TEST_CLIENTS_PYTHON']
  if (path === undefined) {
    throw new Error(
      'HEADRACE_TEST_CLIENTS_PYTHON must name a Python with test/e2e/requirements-open-inference.txt installed',
    )
  }
  return path
}

/** Runs a program of `open_inference/`, a real client, against a server. */
export async function runClient(program: string, addresses: ServerAddresses): Promise<ScenarioReport> {
  const { rest, grpc, transport, apiKey, certificate } = addresses
  const server = JSON.stringify({ rest, grpc, transport, api_key: apiKey, certificate })
  const { stdout } = await executeFile(clientsPython(), ['-B', `${PROGRAMS}${program}.py`], {
    env: { ...process.env, HEADRACE_TEST_SERVER: server },
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ScenarioReport
}
