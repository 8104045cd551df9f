/**
 * Serves one request at a time, in the order in which they come, for times that are constant or exponentially
 * distributed. It remembers when each came, began and ended, and when it was kept from running itself, or the thread that
 * sends them, of the process that started it. `GET /records` gives that. `MEAN_MS constant|exponential THREAD`
 */
import { createServer, type Socket } from 'node:net'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { ThreadWatch } from './thread-watch.ts'

/** In milliseconds of one clock. */
export interface QueueRecord {
  readonly path: string
  readonly cameAt: number
  beganAt: number
  endedAt: number
}

/** In which the thread that sends, or this process, did not run though it wanted to. */
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

const [mean = '5', distribution, threadName = ''] = process.argv.slice(2)
const random = seededRandom(7)
const records: QueueRecord[] = []
const pauses: Pause[] = []
const queue: Waiting[] = []
/** Shorter ones are within what is judged. */
const PAUSE_MS = 0.2
let endedAt = 0
let watch: ThreadWatch | undefined
let waitedMs = 0
let watchedAt = now()
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

/** What the scheduler tells of a wait it tells at its end. */
function watchSender(at: number): void {
  const waited = watch?.waitedMs() ?? waitedMs
  if (waited - waitedMs > PAUSE_MS) pauses.push([watchedAt - (waited - waitedMs), at])
  waitedMs = waited
  watchedAt = at
}

/** Goes round without sleeping, since timers are too late. */
function serve(): void {
  const at = now()
  // An answer may leave so much later than it ended.
  if (at - turnedAt > PAUSE_MS) pauses.push([turnedAt, at])
  turnedAt = at
  watchSender(at)
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
    watch ??= ThreadWatch.find(process.ppid, threadName)
    const record = { path, cameAt: now(), beganAt: 0, endedAt: 0 }
    records.push(record)
    queue.push({ socket, record, serviceMs: serviceMs() })
  })
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
serve()
