import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import type { Dialect, Wire } from '../../workloads/workload.ts'
import { rightReply } from './reply.ts'

const PROGRAM = fileURLToPath(new URL('./server.ts', import.meta.url))
const DIALECTS: Readonly<Record<Wire, Dialect>> = { json: 'mlflow', binary: 'v2-binary', csv: 'csv' }

/** What HTTP alone costs in Node: the bodies that Headrace gets and sends, neither read nor written. */
export const PEER: Peer = {
  name: 'node-fixed',
  title: 'node:http, fixed reply',
  kind: 'reference',
  configs: [
    { name: 'default', about: 'one thread, drains each body and sends the right answer from memory' },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: () => undefined,
  launch: ({ workload, wire, port, folder }: PeerStart) => {
    const { body, headers } = rightReply(workload, DIALECTS[wire])
    const file = join(folder, 'reply')
    writeFileSync(file, body)
    return {
      command: [process.execPath, PROGRAM, String(port), file, JSON.stringify(headers)],
      path: '/',
    }
  },
  versions: () => ({ node: process.versions.node }),
}
