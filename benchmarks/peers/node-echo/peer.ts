import { fileURLToPath } from 'node:url'
import type { Peer } from '../../contest/peer.ts'

const PROGRAM = fileURLToPath(new URL('./server.ts', import.meta.url))

/** What Node itself needs to read and to write the JSON of a request. */
export const PEER: Peer = {
  name: 'node-echo',
  title: 'node:http, JSON echo',
  kind: 'reference',
  configs: [
    { name: 'default', about: 'one thread, parses each body and answers with it as it writes it' },
    { name: 'one', about: 'the same on a single CPU', hasOneCpu: true },
  ],
  dialect: (wire) => (wire === 'json' ? 'mlflow' : undefined),
  missing: () => undefined,
  launch: ({ port }) => ({ command: [process.execPath, PROGRAM, String(port)], path: '/' }),
  versions: () => ({ node: process.versions.node }),
}
