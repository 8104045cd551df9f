import type { Peer } from '../../contest/peer.ts'
import { installVenv, missingVenv, venvVersions } from '../venv.ts'
import { type MlServerConfig, mlServerLaunch } from './launch.ts'

const NAME = 'mlserver'
const PACKAGES = ['mlserver', 'fastapi', 'uvicorn', 'uvloop', 'orjson', 'grpcio', 'numpy', 'onnxruntime']
const FASTEST: MlServerConfig = 'inproc'
const ABOUT: Readonly<Record<MlServerConfig, string>> = {
  default: 'models in 1 process beside the server, no batching',
  workers: 'models in one process more than CPUs, batches of up to 32 requests gathered for 1 ms',
  inproc: "models in the server's own process, batches of up to 32 requests gathered for 1 ms",
}

export const PEER: Peer = {
  name: NAME,
  title: 'MLServer',
  kind: 'server',
  configs: Object.entries(ABOUT).map(([name, about]) => ({
    ...{ name, about },
    ...(name === FASTEST && { isFastest: true }),
  })),
  // It knows no binary tensors by REST.
  dialect: (wire) => (wire === 'json' ? 'v2' : undefined),
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: ({ config, workload, ...start }) =>
    mlServerLaunch({
      ...start,
      config: configNamed(config),
      model: workload.name,
      onnxFile: workload.onnxFile,
    }),
  versions: () => venvVersions(NAME, PACKAGES),
}

function configNamed(name: string): MlServerConfig {
  if (name === 'default' || name === 'workers' || name === 'inproc') return name
  throw new Error(`MLServer has no configuration ${name}`)
}
