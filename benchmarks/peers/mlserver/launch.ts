import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Launch } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { venvPython } from '../venv.ts'

/** As it is shipped it has its models in one process beside; `workers` has them in several, `inproc` in the server's own. */
export type MlServerConfig = 'default' | 'workers' | 'inproc'

export interface MlServerStart {
  readonly config: MlServerConfig
  /** Name that the model is served under. */
  readonly model: string
  readonly onnxFile: string
  /** It listens at the two above as well: gRPC, metrics. */
  readonly port: number
  readonly cpus: number
  /** For its settings. */
  readonly folder: string
}

/** Requests, not rows; seconds from the first of them. */
const BATCHING = { max_batch_size: 32, max_batch_time: 0.001 }

export function mlServerLaunch(start: MlServerStart): Launch {
  const { config, model, onnxFile, folder } = start
  const runtime = { name: model, implementation: 'onnx_runtime.OnnxModel', parameters: { uri: onnxFile } }
  const batching = config === 'default' ? {} : BATCHING
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(serverSettings(start)))
  writeFileSync(join(folder, 'model-settings.json'), JSON.stringify({ ...runtime, ...batching }))
  return {
    command: [join(dirname(venvPython('mlserver')), 'mlserver'), 'start', folder],
    env: pythonEnvironment('mlserver', { onnxFile }),
    cwd: folder,
    path: `/v2/models/${model}/infer`,
  }
}

function serverSettings({ config, port, cpus }: MlServerStart): object {
  const ports = { host: '127.0.0.1', http_port: port, grpc_port: port + 1, metrics_port: port + 2 }
  return config === 'default'
    ? ports
    : { ...ports, debug: false, parallel_workers: config === 'inproc' ? 0 : cpus + 1 }
}
