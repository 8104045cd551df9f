import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { type Offered, Seat } from './dispatcher-seat.ts'
import { machineTime } from './machine-time.ts'
import type { Receiver, Service } from './receiver.ts'

/** A process that takes longer to answer has other things to do: others are asked meanwhile. */
const OFFERED_MS = 100
/** Later than any process still takes what it was offered. */
const WITHDRAWN_AFTER_MS = 200
/** Connections kept while no process can take one. */
const MAX_WAITING = 4096

interface Waiting {
  readonly socket: Socket
  readonly service: Service | undefined
  /** A process was too slow for it: it goes to the next one for good, so that it ends up with somebody. */
  readonly wasDeclined: boolean
}

/**
 * Gives each connection to the process that has the fewest, so that a few connections are spread evenly and a
 * process that was started again catches up. One that a process does not take, because it hangs, is busy or died,
 * goes to another.
 */
export class ConnectionDispatcher {
  readonly #seats = new Map<Receiver, Seat>()
  readonly #waiting: Waiting[] = []
  #lastId = 0
  #withdrawing: NodeJS.Timeout | undefined

  /** @param socket paused, so that nothing has been read from it. */
  take(socket: Socket, service?: Service): void {
    if (this.#waiting.length >= MAX_WAITING) {
      socket.destroy()
      return
    }
    // A connection that its client has left is found out by the process that gets it.
    socket.on('error', () => {})
    this.#waiting.push({ socket, service, wasDeclined: false })
    this.#dispatch()
  }

  /** From now on connections may go to this process. */
  add(receiver: Receiver): void {
    this.#seats.set(receiver, new Seat())
    this.#dispatch()
  }

  /** No more go to this process; what it has been offered, it will still answer. */
  retire(receiver: Receiver): void {
    const seat = this.#seats.get(receiver)
    if (seat !== undefined) seat.retired = true
  }

  /** The process is gone: what it had not taken goes to others. */
  remove(receiver: Receiver): void {
    const seat = this.#seats.get(receiver)
    if (seat === undefined) return
    this.#seats.delete(receiver)
    this.#giveBack(seat.withdrawAll())
  }

  /** @param connections how many the process has open, this one included. */
  accepted(receiver: Receiver, id: number, connections: number): void {
    this.#seats.get(receiver)?.answer(id)?.socket.destroy()
    this.counted(receiver, connections)
    this.#dispatch()
  }

  /** The process came to it too late. */
  declined(receiver: Receiver, id: number): void {
    const offered = this.#seats.get(receiver)?.answer(id)
    this.#giveBack(offered === undefined ? [] : [offered])
  }

  counted(receiver: Receiver, connections: number): void {
    const seat = this.#seats.get(receiver)
    if (seat !== undefined) seat.taken = connections
  }

  /** How many connections the process has, and is being offered. */
  connectionsOf(receiver: Receiver): number {
    return this.#seats.get(receiver)?.connections ?? 0
  }

  /** Closes what waits: no process will come for it. */
  close(): void {
    clearInterval(this.#withdrawing)
    for (const { socket } of this.#waiting.splice(0)) socket.destroy()
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const chosen = this.#leastBusy()
      if (chosen === undefined || chosen[1].isFull) break
      const [receiver, seat] = chosen
      const { socket, service, wasDeclined } = this.#waiting.shift()!
      const isFirm = wasDeclined || this.#seats.size === 1
      const id = ++this.#lastId
      const offer = {
        id,
        ...(isFirm ? {} : { until: machineTime() + OFFERED_MS }),
        ...(service === undefined ? {} : { service }),
      }
      seat.offer(socket, offer)
      receiver.hand(socket, offer)
    }
    this.#watchOffers()
  }

  /** Waiting a moment for the process with the fewest is better than giving a fast one ever more. */
  #leastBusy(): [Receiver, Seat] | undefined {
    let least: [Receiver, Seat] | undefined
    for (const [receiver, seat] of this.#seats) {
      if (seat.retired || seat.isStalled) continue
      if (least === undefined || seat.connections < least[1].connections) least = [receiver, seat]
    }
    return least
  }

  #watchOffers(): void {
    this.#withdrawing ??= setInterval(() => void this.#withdrawLate(), OFFERED_MS)
  }

  async #withdrawLate(): Promise<void> {
    const now = machineTime()
    // Answers that have come while this process was busy itself are read first.
    await setImmediate()
    let open = 0
    for (const seat of this.#seats.values()) {
      this.#giveBack(seat.withdraw(now - WITHDRAWN_AFTER_MS + OFFERED_MS))
      open += seat.offered
    }
    if (open > 0) return
    clearInterval(this.#withdrawing)
    this.#withdrawing = undefined
  }

  #giveBack(offered: readonly Offered[]): void {
    this.#waiting.unshift(...offered.map(({ socket, service }) => ({ socket, service, wasDeclined: true })))
    if (offered.length > 0) this.#dispatch()
  }
}
