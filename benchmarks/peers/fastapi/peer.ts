import { dirname, join } from 'node:path'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, venvPython, venvVersions } from '../venv.ts'

const NAME = 'fastapi'
const DIALECTS = { json: 'plain', binary: 'raw', csv: undefined } as const
const PACKAGES = ['fastapi', 'uvicorn', 'uvloop', 'httptools', 'orjson', 'numpy', 'onnxruntime']

export const PEER: Peer = {
  name: NAME,
  title: 'FastAPI + onnxruntime',
  kind: 'server',
  configs: [
    { name: 'default', about: '1 worker, uvloop, httptools, orjson, access log' },
    { name: 'tuned', about: 'a worker more than CPUs, uvloop, httptools, orjson, no access log' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [join(dirname(venvPython(NAME)), 'uvicorn'), 'server:app', ...flags(start)],
    env: pythonEnvironment(NAME, start.workload),
    path: start.wire === 'binary' ? '/raw' : '/predict',
  }),
  versions: () => venvVersions(NAME, PACKAGES),
}

/** uvicorn takes uvloop and httptools by itself where they are installed. */
function flags({ config, port, cpus }: PeerStart): readonly string[] {
  const place = ['--host', '127.0.0.1', '--port', String(port)]
  if (config !== 'tuned') return place
  return [...place, '--workers', String(cpus + 1), '--no-access-log', '--log-level', 'warning']
}
