import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, venvPython, venvVersions } from '../venv.ts'

const NAME = 'pytriton'
const PROGRAM = fileURLToPath(new URL('./server.py', import.meta.url))
const DIALECTS = { json: 'v2', binary: 'v2-binary', csv: undefined } as const
const PACKAGES = ['nvidia-pytriton', 'numpy', 'onnxruntime']
/** It refuses a request with more rows. */
const BATCH_ROWS = { default: 4, tuned: 64 }

export const PEER: Peer = {
  name: NAME,
  title: 'nvidia-pytriton',
  kind: 'server',
  configs: [
    { name: 'default', about: '1 instance in Python, dynamic batching of 4 rows without delay' },
    { name: 'tuned', about: 'an instance in Python for each CPU, dynamic batching of 64 rows without delay' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => missingVenv(NAME),
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [venvPython(NAME), PROGRAM],
    env: { ...pythonEnvironment(NAME, start.workload), ...variables(start) },
    path: `/v2/models/${start.workload.name}/infer`,
  }),
  versions: () => venvVersions(NAME, PACKAGES),
}

function variables({ config, cpus, workload, port, folder }: PeerStart): Readonly<Record<string, string>> {
  const tuned = config === 'tuned'
  const [rows = 1] = workload.input.shape
  const batchRows = Math.max(rows, tuned ? BATCH_ROWS.tuned : BATCH_ROWS.default)
  return {
    PORT: String(port),
    MODEL_NAME: workload.name,
    INSTANCES: String(tuned ? cpus : 1),
    MAX_BATCH_ROWS: String(batchRows),
    PYTHONWARNINGS: 'ignore',
    // It leaves its workspace behind when it is killed.
    PYTRITON_HOME: folder,
    // The interpreter that it embeds takes what it finds first.
    PATH: `${dirname(venvPython(NAME))}:${process.env['PATH']}`,
  }
}
