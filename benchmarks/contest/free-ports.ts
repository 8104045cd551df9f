import { createServer } from 'node:net'

/** A server may take so many ports from the one it is given. */
const SPAN = 5
const FIRST = 21_000
const LAST = 29_000

let next = FIRST + (process.pid % 1000) * SPAN

/** @returns a port of loopback that is free, with the four above it. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = next
    next = next + SPAN > LAST ? FIRST : next + SPAN
    const all = Array.from({ length: SPAN }, (_, index) => isFree(port + index))
    if ((await Promise.all(all)).every(Boolean)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
