/**
 * A server process without models, for the supervisor to look after. Answers with its number and pid; what it
 * is asked for by path, it does: `/exit`, `/hang`; `/slow` is answered once it is on its way out. Where the file
 * that its argument names exists it does not start.
 */
import { existsSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { SupervisorLink } from '../../../src/supervisor/supervisor-link.ts'

const link = SupervisorLink.open()
if (link === undefined) throw new Error('There is no supervisor')
const [, , failing] = process.argv
if (failing !== undefined && existsSync(failing)) process.exit(3)

let requests = 0
let departing = false
const server = createServer((request, response) => {
  requests += 1
  if (request.url === '/exit') process.exit(7)
  if (request.url === '/hang') for (;;);
  if (request.url === '/figures') {
    link.gather().then(
      (figures) => response.end(JSON.stringify(figures)),
      (error: Error) => response.writeHead(503).end(error.message),
    )
    return
  }
  const answer = (): void => {
    response.end(JSON.stringify({ number: link.number, pid: process.pid, departing }))
  }
  if (request.url === '/slow') void onTheWayOut(response).then(answer)
  else answer()
})
server.emit('listening')

/** Its client knows by the head that it is being answered. */
async function onTheWayOut(response: ServerResponse): Promise<void> {
  response.flushHeaders()
  while (!departing && !finishing) await delay(5)
  await delay(100)
}

let open = 0
let finishing = false
link.serve({
  take: (connection) => {
    open += 1
    connection.once('close', () => {
      open -= 1
      if (finishing && open === 0) process.exit(0)
    })
    server.emit('connection', connection)
  },
  connections: () => open,
  figures: async () => [
    {
      name: 'requests_total',
      help: 'Requests.',
      type: 'counter',
      aggregator: 'sum',
      values: [{ labels: {}, value: requests }],
    },
  ],
  models: () => [],
  prepare: async () => ({ commit: async () => {}, discard: async () => {} }),
  giveUp: async () => {},
  listening: () => {},
  depart: () => {
    departing = true
  },
  traffic: () => (departing ? { quietMs: 60_000, followed: false, told: false } : undefined),
  finish: () => {
    finishing = true
    server.closeIdleConnections()
    if (open === 0) process.exit(0)
  },
})
process.on('SIGTERM', () => link.leave())
