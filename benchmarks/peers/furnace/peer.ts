import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { benchHome } from '../home.ts'

const NAME = 'furnace'
const HERE = fileURLToPath(new URL('.', import.meta.url))
const DIALECTS = { json: 'v2', binary: 'v2-binary', csv: undefined } as const
const ADAPTER = 'our adapter of 130 lines to onnxruntime, a session on each CPU; FP32 also for doubles'
/** Peers in Python whose onnxruntime will do. */
const LENDERS = ['mosec', 'fastapi', 'litserve', 'bentoml']

/** A front and a batcher in Rust, and no product: the library has an engine of its own, which reads no ONNX. */
export const PEER: Peer = {
  name: NAME,
  title: 'furnace-server + onnxruntime',
  kind: 'server',
  configs: [
    { name: 'default', about: `batching off, ${ADAPTER}` },
    { name: 'tuned', about: `batches of 32 rows, ${ADAPTER}` },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing,
  install: () => {
    const where = ['--manifest-path', join(HERE, 'Cargo.toml'), '--target-dir', join(benchHome(), NAME)]
    execFileSync('cargo', ['build', '--release', ...where], { stdio: 'inherit' })
  },
  launch: (start) => ({
    command: [program()],
    env: variables(start),
    path: `/v2/models/${start.workload.name}/infer`,
    // Whatever the model calls it.
    inputName: 'input',
  }),
  versions: () => ({
    'furnace-server': pinned('furnace-server'),
    ort: pinned('ort'),
    onnxruntime: /(\d+\.\d+\.\d+)$/.exec(engineLibrary() ?? '')?.[1] ?? 'unknown',
  }),
}

function program(): string {
  return process.env['HEADRACE_BENCH_FURNACE'] ?? join(benchHome(), NAME, 'release/furnace-ort')
}

function missing(): string | undefined {
  if (!existsSync(program())) return 'not built: npm run bench -- install --peers furnace'
  if (engineLibrary() === undefined) {
    return 'finds no onnxruntime: npm run bench -- install --peers mosec, or ORT_DYLIB_PATH'
  }
  return undefined
}

/** The shared library that the program opens. */
export function engineLibrary(): string | undefined {
  const named = process.env['ORT_DYLIB_PATH']
  if (named !== undefined) return named
  const pattern = 'lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*'
  return LENDERS.flatMap((lender) => globSync(join(benchHome(), lender, pattern))).at(0)
}

function pinned(crate: string): string {
  const manifest = readFileSync(join(HERE, 'Cargo.toml'), 'utf8')
  return new RegExp(`^${crate} = \\{ version = "=([^"]+)"`, 'm').exec(manifest)?.[1] ?? 'unknown'
}

function variables({ config, cpus, workload, port }: PeerStart): Readonly<Record<string, string>> {
  return {
    ...{ PORT: String(port), GRPC_PORT: String(port + 1) },
    ...{ MODEL_NAME: workload.name, MODEL_PATH: workload.onnxFile },
    ...{ SESSIONS: String(cpus), MAX_BATCH: config === 'tuned' ? '32' : '1' },
    ...{ ORT_DYLIB_PATH: engineLibrary() ?? '', ORT_DISABLE_TELEMETRY: '1', RUST_LOG: 'error' },
  }
}
