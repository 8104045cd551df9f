import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, venvPython, venvVersions } from '../venv.ts'

const NAME = 'mosec'
const PROGRAM = fileURLToPath(new URL('./server.py', import.meta.url))
const DIALECTS = { json: 'plain', binary: 'raw', csv: undefined } as const
const PACKAGES = ['mosec', 'orjson', 'numpy', 'onnxruntime']
/** With 64 requests open on slow models some take longer than the 3 s that it gives them by itself. */
const TUNED_TIMEOUT_MS = 30_000

export const PEER: Peer = {
  name: NAME,
  title: 'mosec',
  kind: 'server',
  configs: [
    { name: 'default', about: '1 worker, no batching' },
    { name: 'tuned', about: 'a worker on each CPU, batches of up to 32 requests gathered for 1 ms at most' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [venvPython(NAME), PROGRAM, ...flags(start)],
    env: { ...pythonEnvironment(NAME, start.workload), ...variables(start) },
    path: '/inference',
  }),
  versions: () => venvVersions(NAME, PACKAGES),
}

function flags({ config, port, folder }: PeerStart): readonly string[] {
  const place = { address: '127.0.0.1', port, path: join(folder, 'sockets'), 'log-level': 'warning' }
  const flags = config === 'tuned' ? { ...place, timeout: TUNED_TIMEOUT_MS } : place
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
}

/** What `server.py` asks for; the figures of the default are mosec's own. */
function variables({ config, wire, cpus }: PeerStart): Readonly<Record<string, string>> {
  const DIALECT = wire === 'binary' ? 'raw' : 'plain'
  return config === 'tuned'
    ? { DIALECT, WORKERS: String(cpus), MAX_BATCH: '32', MAX_WAIT_MS: '1' }
    : { DIALECT, WORKERS: '1', MAX_BATCH: '1', MAX_WAIT_MS: '10' }
}
