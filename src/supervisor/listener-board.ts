/** Int32 of each listener. */
const CELLS = 2
const BEATS = 0
const CONNECTIONS = 1
/** Of a listener that is not there, or is on its way out. */
const ABSENT = -1

/**
 * What the listeners of a process can see of each other without a message: who is there, whose event loop turns, and who
 * has how many connections.
 */
export class ListenerBoard {
  /** To be given to other threads. */
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#cells = new Int32Array(memory)
  }

  static create(listeners: number): ListenerBoard {
    const memory = new SharedArrayBuffer(listeners * CELLS * Int32Array.BYTES_PER_ELEMENT)
    const board = new ListenerBoard(memory)
    for (let number = 1; number <= listeners; number += 1) board.leave(number)
    return board
  }

  /** The board that another thread has created. */
  static over(memory: SharedArrayBuffer): ListenerBoard {
    return new ListenerBoard(memory)
  }

  get size(): number {
    return this.#cells.length / CELLS
  }

  /** From now on the listener of this number, from 1 up, takes part. */
  join(number: number): void {
    Atomics.store(this.#cells, at(number, BEATS), 0)
    Atomics.store(this.#cells, at(number, CONNECTIONS), 0)
  }

  leave(number: number): void {
    Atomics.store(this.#cells, at(number, BEATS), ABSENT)
    Atomics.store(this.#cells, at(number, CONNECTIONS), ABSENT)
  }

  beat(number: number): void {
    const index = at(number, BEATS)
    const last = Atomics.load(this.#cells, index)
    // Whoever has been taken off the board is not put on it again by its last beat; after many years it begins anew.
    if (last !== ABSENT) Atomics.compareExchange(this.#cells, index, last, (last + 1) & 0x7fffffff)
  }

  /** How often it has beaten; undefined where it is not there. */
  beatsOf(number: number): number | undefined {
    const beats = Atomics.load(this.#cells, at(number, BEATS))
    return beats === ABSENT ? undefined : beats
  }

  setConnections(number: number, connections: number): void {
    const index = at(number, CONNECTIONS)
    const last = Atomics.load(this.#cells, index)
    if (last !== ABSENT) Atomics.compareExchange(this.#cells, index, last, connections)
  }

  /** Undefined where it is not there. */
  connectionsOf(number: number): number | undefined {
    const connections = Atomics.load(this.#cells, at(number, CONNECTIONS))
    return connections === ABSENT ? undefined : connections
  }

  /** The fewest connections that a listener has; Infinity where none is there. */
  fewestConnections(): number {
    let fewest = Number.POSITIVE_INFINITY
    for (let index = CONNECTIONS; index < this.#cells.length; index += CELLS) {
      const connections = Atomics.load(this.#cells, index)
      if (connections !== ABSENT && connections < fewest) fewest = connections
    }
    return fewest
  }
}

function at(number: number, cell: number): number {
  return (number - 1) * CELLS + cell
}
