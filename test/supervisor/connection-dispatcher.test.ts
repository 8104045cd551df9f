import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConnectionDispatcher } from '../../src/supervisor/connection-dispatcher.ts'
import type { Offer, Receiver } from '../../src/supervisor/receiver.ts'

const accepted: Socket[] = []
const server = createServer({ pauseOnConnect: true }, (socket) => accepted.push(socket))
const clients: Socket[] = []

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  for (const socket of [...clients, ...accepted]) socket.destroy()
  server.close()
})

/** A real connection, as the shared port gives it. */
async function connection(): Promise<Socket> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
  clients.push(client)
  await once(client, 'connect')
  while (accepted.length === 0) await delay(1)
  return accepted.shift()!
}

/** A process that answers offers when it is told to. */
class Seat implements Receiver {
  readonly handed: Socket[] = []
  readonly offers: Offer[] = []
  taken = 0
  readonly #dispatcher: ConnectionDispatcher

  constructor(dispatcher: ConnectionDispatcher) {
    this.#dispatcher = dispatcher
    dispatcher.add(this)
  }

  hand(socket: Socket, offer: Offer): void {
    this.handed.push(socket)
    this.offers.push(offer)
  }

  accept(): void {
    for (const { id } of this.offers.splice(0)) {
      this.taken += 1
      this.#dispatcher.accepted(this, id, this.taken)
    }
  }

  decline(): void {
    for (const { id } of this.offers.splice(0)) this.#dispatcher.declined(this, id)
  }
}

describe('ConnectionDispatcher', () => {
  test('gives each connection to the process that has the fewest', async () => {
    const dispatcher = new ConnectionDispatcher()
    const [a, b, c] = [new Seat(dispatcher), new Seat(dispatcher), new Seat(dispatcher)]
    for (let i = 0; i < 12; i += 1) {
      dispatcher.take(await connection())
      for (const seat of [a, b, c]) seat.accept()
    }
    expect([a.taken, b.taken, c.taken]).toEqual([4, 4, 4])
    dispatcher.counted(b, 0)
    for (const socket of [await connection(), await connection(), await connection()]) dispatcher.take(socket)
    expect(b.handed.length).toBe(6)
  })

  test('closes its own side once a connection is taken, not before', async () => {
    const dispatcher = new ConnectionDispatcher()
    const seat = new Seat(dispatcher)
    const socket = await connection()
    dispatcher.take(socket)
    expect(socket.destroyed).toBe(false)
    seat.accept()
    expect(socket.destroyed).toBe(true)
  })

  test('hands what a dead process had not taken to another', async () => {
    const dispatcher = new ConnectionDispatcher()
    const dying = new Seat(dispatcher)
    const first = await connection()
    const second = await connection()
    dispatcher.take(first)
    dispatcher.take(second)
    expect(dying.handed).toEqual([first, second])
    dispatcher.accepted(dying, dying.offers[0]!.id, 1)
    dispatcher.remove(dying)
    const heir = new Seat(dispatcher)
    expect(heir.handed).toEqual([second])
    expect([first.destroyed, second.destroyed]).toEqual([true, false])
  })

  test('takes back what a process does not answer, and asks it for nothing more until it does', async () => {
    const dispatcher = new ConnectionDispatcher()
    const [stuck, other] = [new Seat(dispatcher), new Seat(dispatcher)]
    const sockets: Socket[] = []
    while (sockets.length < 10) sockets.push(await connection())
    for (const socket of sockets) {
      dispatcher.take(socket)
      other.accept()
    }
    while (other.taken < 10) {
      await delay(20)
      other.accept()
    }
    expect(stuck.handed.length).toBe(2)
    stuck.decline()
    dispatcher.take(await connection())
    expect(stuck.handed.length).toBe(3)
  })

  test('does not take back what was declined once, nor what there is nobody else for', async () => {
    const dispatcher = new ConnectionDispatcher()
    const only = new Seat(dispatcher)
    dispatcher.take(await connection())
    expect(only.offers[0]).toEqual({ id: 1 })
    only.accept()
    const [second, third] = [new Seat(dispatcher), new Seat(dispatcher)]
    dispatcher.take(await connection())
    expect(second.offers[0]).toHaveProperty('until')
    second.decline()
    const [firm] = [...second.offers, ...third.offers]
    expect(firm).not.toHaveProperty('until')
  })

  test('gives nothing more to a process that leaves, and keeps what comes until there is another', async () => {
    const dispatcher = new ConnectionDispatcher()
    const leaving = new Seat(dispatcher)
    dispatcher.retire(leaving)
    const socket = await connection()
    dispatcher.take(socket)
    expect(leaving.handed).toEqual([])
    expect(new Seat(dispatcher).handed).toEqual([socket])
  })

  test('closes what waits when no process will come', async () => {
    const dispatcher = new ConnectionDispatcher()
    const socket = await connection()
    dispatcher.take(socket)
    dispatcher.close()
    expect(socket.destroyed).toBe(true)
  })
})
