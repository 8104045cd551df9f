import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url))

export interface LoadPlan {
  readonly url: string
  /** File that holds the request's body. */
  readonly bodyFile: string
  readonly connections: number
  readonly seconds: number
  /** Beside `content-type: application/json`, which they may replace. */
  readonly headers?: Readonly<Record<string, string>>
  /** CPUs of the generator, as taskset takes them. */
  readonly cpus: string
}

export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly failed: number
  readonly p50Us: number
  readonly p99Us: number
}

/** One closed-loop load by wrk (Debian's package), from the named CPUs. */
export async function load(plan: LoadPlan): Promise<LoadResult> {
  const threads = Math.min(plan.connections, 2)
  const args = ['-c', plan.cpus, 'wrk', `-t${threads}`, `-c${plan.connections}`, `-d${plan.seconds}s`]
  const { stdout } = await run('taskset', [...args, '--timeout', '20s', '-s', SCRIPT, plan.url], {
    env: { ...process.env, BODY: plan.bodyFile, HEADERS: headerLines(plan.headers) },
  })
  return loadResult(stdout)
}

/** From the line `RESULT {…}` that a generator prints. */
export function loadResult(printed: string): LoadResult {
  const line = /^RESULT (.*)$/m.exec(printed)?.[1]
  if (line === undefined) throw new Error(`The generator gave no result:\n${printed}`)
  const raw = JSON.parse(line) as Record<'requests' | 'durationUs' | 'failed' | 'p50Us' | 'p99Us', number>
  return {
    requests: raw.requests,
    requestsPerSecond: (raw.requests / raw.durationUs) * 1e6,
    failed: raw.failed,
    p50Us: raw.p50Us,
    p99Us: raw.p99Us,
  }
}

/** Named as wrk.lua names them, since its table tells upper case from lower. */
function headerLines(headers: LoadPlan['headers'] = {}): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
