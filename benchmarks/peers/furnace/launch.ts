import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import type { Launch } from '../../contest/peer.ts'
import { benchHome } from '../home.ts'

export interface FurnacePlan {
  /** `tuned` batches. */
  readonly config: string
  /** Name that the model is served under. */
  readonly model: string
  readonly onnxFile: string
  /** gRPC takes the one above. */
  readonly port: number
  /** For the number of its sessions. */
  readonly cpus: number
}

/** Peers in Python whose onnxruntime will do. */
const LENDERS = ['mosec', 'fastapi', 'litserve', 'bentoml']

export function furnaceLaunch({ config, model, onnxFile, port, cpus }: FurnacePlan): Launch {
  return {
    command: [program()],
    env: {
      ...{ PORT: String(port), GRPC_PORT: String(port + 1), MODEL_NAME: model, MODEL_PATH: onnxFile },
      ...{ SESSIONS: String(cpus), MAX_BATCH: config === 'tuned' ? '32' : '1' },
      ...{ ORT_DYLIB_PATH: engineLibrary() ?? '', ORT_DISABLE_TELEMETRY: '1', RUST_LOG: 'error' },
    },
    path: `/v2/models/${model}/infer`,
    // Whatever the model calls it.
    inputName: 'input',
  }
}

/** @returns why it cannot start, and what to do about it. */
export function missingFurnace(): string | undefined {
  if (!existsSync(program())) return 'not built: npm run bench -- install --peers furnace'
  if (engineLibrary() === undefined) {
    return 'finds no onnxruntime: npm run bench -- install --peers mosec, or ORT_DYLIB_PATH'
  }
  return undefined
}

/** Where the program is built, below which cargo keeps what it compiled. */
export function furnaceTarget(): string {
  return join(benchHome(), 'furnace')
}

/** Of the engine that the program opens, by the name of its file. */
export function engineVersion(): string {
  return /(\d+\.\d+\.\d+)$/.exec(engineLibrary() ?? '')?.[1] ?? 'unknown'
}

function program(): string {
  return process.env['HEADRACE_BENCH_FURNACE'] ?? join(furnaceTarget(), 'release/furnace-ort')
}

function engineLibrary(): string | undefined {
  const named = process.env['ORT_DYLIB_PATH']
  if (named !== undefined) return named
  const pattern = 'lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*'
  return LENDERS.flatMap((lender) => globSync(join(benchHome(), lender, pattern))).at(0)
}
