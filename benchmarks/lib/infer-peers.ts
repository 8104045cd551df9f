import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT, SERVER_CPUS } from './peers.ts'
import type { Server, ServerPlan } from './server.ts'

/** A server that answers the Open Inference Protocol by REST, and by gRPC where it has a port for that. */
export interface InferPeer extends ServerPlan {
  readonly grpcPort: number | undefined
  /** Of the model's only input. */
  readonly inputName: string
}

export interface PeerRequest {
  readonly inputName: string
  /** Name that the model is served under. */
  readonly model: string
  readonly onnxFile: string
  readonly port: number
  /** JSON that is answered 200, for an input of this name. */
  readonly body: (inputName: string) => string
}

/** MLServer as it is shipped has its models in a process beside; `inproc` keeps them in the server's own. */
export type MlServerConfig = 'default' | 'inproc'

/**
 * MLServer with the lines it needs for ONNX (`peers/mlserver/`). The Python that HEADRACE_BENCH_MLSERVER names has
 * mlserver 1.7.1, onnxruntime, and uvloop 0.21: later ones do not start with it.
 */
export function mlserver(config: MlServerConfig, request: PeerRequest): InferPeer {
  const { model, inputName, onnxFile, port, body } = request
  const folder = mkdtempSync(join(tmpdir(), 'headrace-mlserver-'))
  const ports = { http_port: port, grpc_port: port + 1, metrics_port: port + 2 }
  const settings = {
    host: '127.0.0.1',
    ...ports,
    debug: false,
    parallel_workers: config === 'inproc' ? 0 : 1,
  }
  const runtime = { name: model, implementation: 'onnx_runtime.OnnxModel', parameters: { uri: onnxFile } }
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
  writeFileSync(join(folder, 'model-settings.json'), JSON.stringify(runtime))
  const python = process.env['HEADRACE_BENCH_MLSERVER'] ?? ''
  return {
    name: `MLServer ${config}`,
    command: [join(dirname(python), 'mlserver'), 'start', folder],
    ...{ port, grpcPort: port + 1, path: `/v2/models/${model}/infer` },
    ...{ inputName, body: body(inputName), cwd: folder, cpus: SERVER_CPUS },
    env: { PYTHONPATH: join(ROOT, 'benchmarks/peers/mlserver'), OMP_NUM_THREADS: '1' },
  }
}

/** furnace-server's front with onnxruntime behind it: the program of `peers/furnace/`, built by cargo, that HEADRACE_BENCH_FURNACE names. */
export function furnace({ model, onnxFile, port, body }: PeerRequest): InferPeer {
  // Whatever the model calls it.
  const inputName = 'input'
  return {
    name: 'furnace + ORT',
    command: [process.env['HEADRACE_BENCH_FURNACE'] ?? ''],
    ...{ port, grpcPort: port + 1, path: `/v2/models/${model}/infer`, cpus: SERVER_CPUS },
    ...{ inputName, body: body(inputName) },
    env: {
      ...{ PORT: `${port}`, GRPC_PORT: `${port + 1}`, MODEL_NAME: model, MODEL_PATH: onnxFile },
      ...{ SESSIONS: '3', MAX_BATCH: '32', RUST_LOG: 'error' },
    },
  }
}

const READY_MS = 60_000

/** Waits until the model answers, by the protocol's own question: some listen long before. */
export async function modelReady(server: Server): Promise<void> {
  const end = performance.now() + READY_MS
  const url = server.url.replace(/infer$/, 'ready')
  for (;;) {
    const reply = await fetch(url).catch(() => undefined)
    await reply?.arrayBuffer()
    if (reply?.ok) return
    if (performance.now() > end) throw new Error(`${server.plan.name} is not ready:\n${server.log}`)
    await sleep(50)
  }
}

/** Of the peers that take part. */
export function peerVersions(): Readonly<Record<string, string>> {
  const python = process.env['HEADRACE_BENCH_MLSERVER']
  const furnaceVersion =
    process.env['HEADRACE_BENCH_FURNACE'] === undefined ? {} : { 'furnace-server': '0.14.0' }
  if (python === undefined) return furnaceVersion
  const program =
    'from importlib.metadata import version; print(*map(version, ("mlserver", "onnxruntime", "grpcio", "uvloop")))'
  const [mlserver = '', onnxruntime = '', grpcio = '', uvloop = ''] = execFileSync(python, ['-c', program], {
    encoding: 'utf8',
  }).split(/\s+/)
  return { mlserver, 'onnxruntime (MLServer)': onnxruntime, grpcio, uvloop, ...furnaceVersion }
}
