import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { nextTick } from 'node:process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { fetchWaitingConnections } from '../../src/core/waiting-connections.ts'

const COUNT = 100

test('all connections that wait are fetched before a port closes', async () => {
  const server = createServer((socket) => socket.end('taken'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const told = Array.from({ length: COUNT }, () => untilClosed(port))
  // The system has taken them on by itself: they are in the queue of the port.
  await promisify(nextTick)()
  await fetchWaitingConnections(server)
  server.close()
  expect(await Promise.all(told)).toEqual(Array(COUNT).fill('taken'))
  expect(server.listenerCount('connection')).toBe(1)
})

test('a port that nobody waits at is let go at once', async () => {
  await expect(fetchWaitingConnections(createServer())).resolves.toBeUndefined()
})

test('a port that new connections never stop coming to is let go in the end', async () => {
  const server = createServer()
  let coming = true
  const come = (): void => {
    server.emit('connection')
    if (coming) setImmediate(come)
  }
  come()
  await fetchWaitingConnections(server)
  coming = false
})

/** What a client is told until its connection ends, or why it does. */
function untilClosed(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    connect(port, '127.0.0.1')
      .on('data', (chunk) => {
        text += chunk
      })
      .once('error', (error) => resolve(error.message))
      .once('close', () => resolve(text))
  })
}
