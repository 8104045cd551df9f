import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, venvPython, venvVersions } from '../venv.ts'

const NAME = 'litserve'
const PROGRAM = fileURLToPath(new URL('./server.py', import.meta.url))
const DIALECTS = { json: 'plain', binary: 'raw', csv: undefined } as const
const PACKAGES = ['litserve', 'fastapi', 'uvicorn', 'uvloop', 'httptools', 'numpy', 'onnxruntime']

export const PEER: Peer = {
  name: NAME,
  title: 'LitServe',
  kind: 'server',
  configs: [
    { name: 'default', about: '1 worker, 1 API server, no batching, access log' },
    {
      name: 'tuned',
      about:
        'a worker and an API server on each CPU, batches of up to 32 requests gathered for 1 ms at most, no access log',
    },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [venvPython(NAME), PROGRAM],
    env: { ...pythonEnvironment(NAME, start.workload), ...variables(start) },
    path: '/predict',
  }),
  versions: () => venvVersions(NAME, PACKAGES),
}

/** What `server.py` asks for. Its other queue, ZeroMQ, was the slower one here. */
function variables({ config, wire, port, cpus }: PeerStart): Readonly<Record<string, string>> {
  const workers = String(config === 'tuned' ? cpus : 1)
  return {
    CONFIG: config,
    DIALECT: wire === 'binary' ? 'raw' : 'plain',
    PORT: String(port),
    WORKERS: workers,
    API_SERVERS: workers,
  }
}
