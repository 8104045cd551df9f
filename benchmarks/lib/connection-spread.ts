import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { scrape } from './scrape.ts'
import type { Server } from './server.ts'

const GAUGE = /^headrace_(listener|process)_connections$/
const TRIES = 60
const PAUSE_MS = 10

/**
 * How many connections each listener or process of a server has. Asking takes one more, wherever it falls; two answers for
 * which it fell on different ones tell it from the others.
 * @param connections that others hold.
 * @returns counts that add up to those; undefined where no two answers did, or the server has one listener, which tells of
 * none.
 */
export async function connectionSpread(
  server: Server,
  connections: number,
): Promise<readonly number[] | undefined> {
  let last: readonly number[] | undefined
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const counts = await connectionCounts(server)
    if (counts.length === 0) return undefined
    const isSettled = sum(counts) === connections + 1
    const fewest = isSettled && last?.map((count, index) => Math.min(count, counts[index] ?? 0))
    if (fewest && sum(fewest) === connections) return fewest
    last = isSettled ? counts : undefined
    await sleep(PAUSE_MS)
  }
  return undefined
}

/** Of each listener or process that serves, with the one that asks. */
export async function connectionCounts(server: Server): Promise<readonly number[]> {
  const samples = await scrape(server)
  return samples.filter(({ name }) => GAUGE.test(name)).map(({ value }) => value)
}

/** @returns the share of the one that has the most; NaN where nothing is known. */
export function busiestShare(spread: readonly number[] | undefined): number {
  return spread === undefined ? Number.NaN : Math.max(...spread) / sum(spread)
}

/** Opens connections that ask nothing, as the kernel or a supervisor spreads them. @returns what closes them */
export async function idleConnections(server: Server, count: number): Promise<() => void> {
  const sockets: Socket[] = []
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(server.plan.port, '127.0.0.1')
    await once(socket, 'connect')
    sockets.push(socket)
  }
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
