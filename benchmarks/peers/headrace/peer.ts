import type { Peer, PeerStart } from '../../contest/peer.ts'
import { buildFailure, headraceProgram, headraceVersions } from './program.ts'

const DIALECTS = { json: 'mlflow', binary: 'v2-binary', csv: 'csv' } as const

export const PEER: Peer = {
  name: 'headrace',
  title: 'Headrace',
  kind: 'server',
  configs: [
    { name: 'default', about: '`headrace serve -m MODEL`' },
    { name: 'tuned', about: '`--listeners`, one for each CPU; of models that run in a pool nothing is said' },
    { name: 'processes', about: '`--processes`, one for each CPU' },
    { name: 'one', about: '`--listeners 1`, on a single CPU', hasOneCpu: true },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: buildFailure,
  launch: (start) => ({
    command: [process.execPath, headraceProgram(), 'serve', ...flags(start)],
    cwd: start.folder,
    env: { ORT_DISABLE_TELEMETRY: '1' },
    path: start.wire === 'binary' ? `/v2/models/${start.workload.name}/infer` : '/invocations',
  }),
  versions: headraceVersions,
}

function flags(start: PeerStart): readonly string[] {
  const { workload, port } = start
  return ['-m', `${workload.name}=${workload.folder}`, '--port', String(port), ...ownFlags(start)]
}

function ownFlags({ config, cpus, workload }: PeerStart): readonly string[] {
  if (config === 'processes') return ['--processes', String(cpus)]
  if (config === 'one') return ['--listeners', '1']
  if (config === 'tuned' && !workload.isLong) return ['--listeners', String(cpus)]
  return []
}
