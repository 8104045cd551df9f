import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, venvPython, venvVersions } from '../venv.ts'

const NAME = 'bentoml'
const HERE = fileURLToPath(new URL('.', import.meta.url))
const DIALECTS = { json: 'plain', binary: 'raw', csv: undefined } as const
const PACKAGES = ['bentoml', 'uvicorn', 'starlette', 'numpy', 'onnxruntime']

export const PEER: Peer = {
  name: NAME,
  title: 'BentoML',
  kind: 'server',
  configs: [
    {
      name: 'default',
      about: '1 worker, adaptive batching of JSON; bytes by a mounted app, without batching',
    },
    { name: 'tuned', about: 'a worker on each CPU, else the same' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [
      join(dirname(venvPython(NAME)), 'bentoml'),
      ...['serve', 'service:Model', '--working-dir', HERE],
      ...['--host', '127.0.0.1', '--port', String(start.port)],
    ],
    env: { ...pythonEnvironment(NAME, start.workload), ...variables(start) },
    path: start.wire === 'binary' ? '/raw/' : '/predict',
  }),
  versions: () => venvVersions(NAME, PACKAGES),
}

function variables({ config, cpus, workload, folder }: PeerStart): Readonly<Record<string, string>> {
  return {
    WORKERS: String(config === 'tuned' ? cpus : 1),
    DTYPE: workload.input.datatype === 'FP64' ? 'float64' : 'float32',
    BENTOML_HOME: folder,
    BENTOML_DO_NOT_TRACK: 'True',
    PYTHONWARNINGS: 'ignore',
  }
}
