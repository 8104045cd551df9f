import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ClosedFigures } from '../load/closed-loop.ts'
import { resultOf } from '../load/generator.ts'

const run = promisify(execFile)
const SOURCE = fileURLToPath(new URL('../peers/grpc-load', import.meta.url))
const MODEL_INFER = '/inference.GRPCInferenceService/ModelInfer'

export type GrpcFigures = Pick<ClosedFigures, 'requests' | 'requestsPerSecond' | 'failed' | 'p50Us' | 'p99Us'>

interface Printed extends Omit<GrpcFigures, 'requestsPerSecond'> {
  readonly durationUs: number
}

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

/**
 * Closed-loop loads of ModelInfer calls, by grpc-go without parsing: on one CPU it makes two to three times the calls of ghz,
 * which would be the limit of the fast servers.
 */
export class GrpcLoad {
  readonly #program: string

  private constructor(program: string) {
    this.#program = program
  }

  /** Builds the generator, for which Go is needed. */
  static build(): GrpcLoad {
    const program = join(mkdtempSync(join(tmpdir(), 'headrace-grpc-load-')), 'grpc-load')
    execFileSync('go', ['build', '-o', program, '.'], { cwd: SOURCE, stdio: 'inherit' })
    return new GrpcLoad(program)
  }

  async run({ port, messageFile, connections, seconds, cpus }: GrpcLoadPlan): Promise<GrpcFigures> {
    const where = ['-address', `127.0.0.1:${port}`, '-method', MODEL_INFER, '-message', messageFile]
    const how = ['-connections', `${connections}`, '-duration', `${seconds * 1000}ms`]
    const { stdout, stderr } = await run('taskset', ['-c', cpus, this.#program, ...where, ...how])
    if (stderr !== '') console.error(stderr.trimEnd().split('\n').at(-1))
    return figures(resultOf(stdout) as Printed)
  }
}

function figures({ durationUs, ...rest }: Printed): GrpcFigures {
  return { ...rest, requestsPerSecond: (rest.requests / durationUs) * 1e6 }
}
