import type { Peer, PeerStart } from '../../contest/peer.ts'
import { lockedVersions } from '../locked-versions.ts'
import { buildFailure, headraceProgram } from './program.ts'

const DIALECTS = { json: 'mlflow', binary: 'v2-binary', csv: 'csv' } as const

/**
 * Processes also for models that run in a pool, where the one worker of each is as fast as as many in one process: 48 and
 * 47 ResNet-18 a second of binary tensors on 3 CPUs, 33 and 34 of JSON, with no difference beyond that between rounds.
 */
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
