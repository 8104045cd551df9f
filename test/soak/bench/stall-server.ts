/** Answers at once, but stands still for 200 ms of each second. */
import { createServer } from 'node:http'

const STALL_MS = 200

const server = createServer((_request, reply) => void reply.end('ok'))
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
setInterval(() => {
  const until = performance.now() + STALL_MS
  while (performance.now() < until);
}, 1000)
