import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { PROTO } from './infer-bodies.ts'
import type { LoadResult } from './load.ts'

const run = promisify(execFile)

export interface GrpcLoadPlan {
  readonly port: number
  /** File that holds a serialized ModelInferRequest. */
  readonly messageFile: string
  /** Each has one call under way at a time. */
  readonly connections: number
  readonly seconds: number
  /** CPUs of the generator, as taskset takes them. */
  readonly cpus: string
}

interface Report {
  readonly count: number
  readonly total: number
  readonly statusCodeDistribution: Readonly<Record<string, number>> | null
  readonly latencyDistribution: readonly { readonly percentage: number; readonly latency: number }[] | null
}

/** Where `go install github.com/bojand/ghz/cmd/ghz@v0.120.0` has put it. */
const GHZ = process.env['HEADRACE_BENCH_GHZ'] ?? 'ghz'

/** One closed-loop load of ModelInfer calls by ghz, from the named CPUs. */
export async function grpcLoad(plan: GrpcLoadPlan): Promise<LoadResult> {
  const { stdout } = await run('taskset', ['-c', plan.cpus, GHZ, ...argumentsOf(plan)], {
    maxBuffer: 1024 * 1024 * 1024,
  })
  const report = JSON.parse(stdout) as Report
  const answered = report.statusCodeDistribution?.['OK'] ?? 0
  const latencyUs = (percentage: number): number =>
    (report.latencyDistribution?.find((entry) => entry.percentage === percentage)?.latency ?? Number.NaN) /
    1000
  return {
    requests: answered,
    requestsPerSecond: answered / (report.total / 1e9),
    failed: unexpected(report),
    p50Us: latencyUs(50),
    p99Us: latencyUs(99),
  }
}

function argumentsOf({ port, messageFile, connections, seconds, cpus }: GrpcLoadPlan): string[] {
  return [
    ...['--insecure', '--proto', PROTO, '--call', 'inference.GRPCInferenceService.ModelInfer'],
    ...['--binary-file', messageFile, '--connections', `${connections}`, '--concurrency', `${connections}`],
    ...['--duration', `${seconds}s`, '--duration-stop', 'wait', '--cpus', `${cpus.split(',').length}`],
    ...['--format', 'json', `127.0.0.1:${port}`],
  ]
}

export function ghzVersion(): string {
  const { stdout, stderr } = spawnSync(GHZ, ['--version'], { encoding: 'utf8' })
  const printed = (stdout || stderr).trim()
  // What `go install` has built does not know its version.
  return printed === 'dev' ? '0.120.0' : printed
}

/** Calls that were not answered, those under way at the end aside. */
function unexpected({ count, statusCodeDistribution }: Report): number {
  return count - (statusCodeDistribution?.['OK'] ?? 0)
}
