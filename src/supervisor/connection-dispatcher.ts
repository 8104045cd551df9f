import type { Socket } from 'node:net'

/** A process that connections can be handed to. */
export interface Receiver {
  /** Sends a copy of the connection; this side stays open until the process says that it has it. */
  hand(socket: Socket): void
}

/** Handed to one process and not confirmed: the next is then on its way while the first is taken. */
const MAX_UNCONFIRMED = 2
/** A process that takes longer to confirm has other things to do; connections go to others meanwhile. */
const STALLED_MS = 50
/** Connections kept while no process can take one. */
const MAX_WAITING = 4096

/**
 * Gives each connection to the process that has the fewest, so that a few connections are spread evenly and a
 * process that was started again catches up. A connection that was handed to a process which died before it took
 * it goes to another.
 */
export class ConnectionDispatcher {
  readonly #seats = new Map<Receiver, Seat>()
  readonly #waiting: Socket[] = []
  #retry: NodeJS.Timeout | undefined

  /** @param socket paused, so that nothing has been read from it. */
  take(socket: Socket): void {
    if (this.#waiting.length >= MAX_WAITING) {
      socket.destroy()
      return
    }
    // A connection that its client has left is found out by the process that gets it.
    socket.on('error', () => {})
    this.#waiting.push(socket)
    this.#dispatch()
  }

  /** From now on connections may go to this process. */
  add(receiver: Receiver): void {
    this.#seats.set(receiver, new Seat())
    this.#dispatch()
  }

  /** No more go to this process; those that it has been sent, it will still confirm. */
  retire(receiver: Receiver): void {
    const seat = this.#seats.get(receiver)
    if (seat !== undefined) seat.retired = true
  }

  /** The process is gone: what it had not confirmed goes to others. */
  remove(receiver: Receiver): void {
    const seat = this.#seats.get(receiver)
    if (seat === undefined) return
    this.#seats.delete(receiver)
    this.#waiting.unshift(...seat.unconfirmed)
    this.#dispatch()
  }

  /** @param connections how many the process has open, this one included. */
  confirmed(receiver: Receiver, connections: number): void {
    const seat = this.#seats.get(receiver)
    seat?.unconfirmed.shift()?.destroy()
    this.counted(receiver, connections)
    this.#dispatch()
  }

  counted(receiver: Receiver, connections: number): void {
    const seat = this.#seats.get(receiver)
    if (seat !== undefined) seat.confirmedConnections = connections
  }

  /** How many connections the process has, and is being sent. */
  connectionsOf(receiver: Receiver): number {
    return this.#seats.get(receiver)?.connections ?? 0
  }

  /** Closes what waits: no process will come for it. */
  close(): void {
    clearTimeout(this.#retry)
    for (const socket of this.#waiting.splice(0)) socket.destroy()
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const now = performance.now()
      const chosen = this.#leastBusy(now)
      if (chosen === undefined) return
      const [receiver, seat] = chosen
      if (seat.isFull) {
        this.#retryLater()
        return
      }
      const socket = this.#waiting.shift()!
      seat.hand(socket, now)
      receiver.hand(socket)
    }
  }

  /** Waiting a moment for the process with the fewest is better than giving a fast one ever more. */
  #leastBusy(now: number): [Receiver, Seat] | undefined {
    let least: [Receiver, Seat] | undefined
    for (const [receiver, seat] of this.#seats) {
      if (seat.retired || seat.isStalled(now)) continue
      if (least === undefined || seat.connections < least[1].connections) least = [receiver, seat]
    }
    return least
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.#dispatch()
    }, STALLED_MS)
  }
}

class Seat {
  readonly unconfirmed: Socket[] = []
  confirmedConnections = 0
  retired = false
  #handedAt = 0

  get connections(): number {
    return this.confirmedConnections + this.unconfirmed.length
  }

  get isFull(): boolean {
    return this.unconfirmed.length >= MAX_UNCONFIRMED
  }

  isStalled(now: number): boolean {
    return this.isFull && now - this.#handedAt >= STALLED_MS
  }

  hand(socket: Socket, now: number): void {
    this.unconfirmed.push(socket)
    this.#handedAt = now
  }
}
