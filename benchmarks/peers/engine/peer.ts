import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { lockedVersions } from '../locked-versions.ts'
import type { EnginePlan } from './loop.ts'

const PROGRAM = fileURLToPath(new URL('./loop.ts', import.meta.url))

/** The rate that no server with this engine can pass without batching. */
export const PEER: Peer = {
  name: 'engine',
  title: 'onnxruntime-node, no server',
  kind: 'engine',
  configs: [
    { name: 'default', about: 'a session with one thread on each CPU, runs the request’s rows from memory' },
  ],
  dialect: (wire) => (wire === 'csv' ? undefined : 'raw'),
  missing: () => undefined,
  launch: ({ workload, cpus, folder }: PeerStart) => {
    const { datatype, shape, data } = workload.input
    const dataFile = join(folder, 'rows')
    writeFileSync(dataFile, data)
    const input = { datatype, shape, dataFile }
    const plan: EnginePlan = { model: workload.onnxFile, ...input, threads: cpus, stays: true }
    return {
      command: [process.execPath, PROGRAM, JSON.stringify(plan)],
      env: { ORT_DISABLE_TELEMETRY: '1' },
      path: '',
    }
  },
  versions: () => lockedVersions('onnxruntime-node'),
}
