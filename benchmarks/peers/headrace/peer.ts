import type { Peer, PeerStart } from '../../contest/peer.ts'
import { lockedVersions } from '../locked-versions.ts'
import { buildFailure, headraceProgram } from './program.ts'

const DIALECTS = { json: 'mlflow', binary: 'v2-binary', csv: 'csv' } as const

export const PEER: Peer = {
  name: 'headrace',
  title: 'Headrace',
  kind: 'server',
  configs: [
    { name: 'default', about: '`headrace serve -m MODEL`' },
    { name: 'tuned', about: '`--processes`, one for each CPU' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: buildFailure,
  launch: (start) => ({
    command: [process.execPath, headraceProgram(), 'serve', ...flags(start)],
    cwd: start.folder,
    env: { ORT_DISABLE_TELEMETRY: '1' },
    path: start.wire === 'binary' ? `/v2/models/${start.workload.name}/infer` : '/invocations',
  }),
  versions: () => lockedVersions('fastify', 'onnxruntime-node'),
}

function flags({ config, cpus, workload, port }: PeerStart): readonly string[] {
  const flags = ['-m', `${workload.name}=${workload.folder}`, '--port', String(port)]
  return config === 'tuned' ? [...flags, '--processes', String(cpus)] : flags
}
