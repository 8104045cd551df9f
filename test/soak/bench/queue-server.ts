/**
 * Serves one request at a time, in the order in which they come, for times that are constant or exponentially
 * distributed, and remembers when each came, began and ended, and when it did not run itself. `GET /records` gives that. `MEAN_MS constant|exponential`
 */
import { createServer, type Socket } from 'node:net'
import { seededRandom } from '../../../src/core/seeded-random.ts'

/** In milliseconds of one clock. */
export interface QueueRecord {
  readonly path: string
  readonly cameAt: number
  beganAt: number
  endedAt: number
}

/** In which this process did not run, though it always wants to. */
export type Pause = readonly [from: number, to: number]

export interface QueueRecords {
  readonly requests: readonly QueueRecord[]
  readonly pauses: readonly Pause[]
}

interface Waiting {
  readonly socket: Socket
  readonly record: QueueRecord
  readonly serviceMs: number
}

const [mean = '5', distribution] = process.argv.slice(2)
const random = seededRandom(7)
const records: QueueRecord[] = []
const pauses: Pause[] = []
const queue: Waiting[] = []
/** A turn of the loop takes some microseconds. */
const PAUSE_MS = 0.5
let endedAt = 0
let turnedAt = now()

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function serviceMs(): number {
  return distribution === 'constant' ? Number(mean) : -Math.log(1 - random()) * Number(mean)
}

function reply(socket: Socket, body: string): void {
  if (!socket.destroyed) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
}

/** Goes round without sleeping, since timers are too late. */
function serve(): void {
  const at = now()
  if (at - turnedAt > PAUSE_MS) pauses.push([turnedAt, at])
  turnedAt = at
  const head = queue[0]
  if (head !== undefined) {
    const beganAt = Math.max(head.record.cameAt, endedAt)
    if (at - beganAt >= head.serviceMs) {
      reply(head.socket, 'ok')
      endedAt = at
      Object.assign(head.record, { beganAt, endedAt })
      queue.shift()
    }
  }
  setImmediate(serve)
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', (request) => {
    const path = request.toString('latin1').split(' ', 2)[1] ?? ''
    if (path === '/records')
      return reply(socket, JSON.stringify({ requests: records, pauses } satisfies QueueRecords))
    const record = { path, cameAt: now(), beganAt: 0, endedAt: 0 }
    records.push(record)
    queue.push({ socket, record, serviceMs: serviceMs() })
  })
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
serve()
