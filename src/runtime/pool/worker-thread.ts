import { RunMark } from './worker-messages.ts'

/** Runs that a worker may hold at once: the one that it works on and one handed over in advance. */
export const SLOTS = 2

/** One opened worker as its pool sees it: which runs it holds, and by the shared marks how far they have come. */
export class WorkerThread {
  readonly id: number
  readonly marks: Int32Array
  readonly #held: boolean[] = new Array<boolean>(SLOTS).fill(false)
  #load = 0

  /** @param marks as the worker got them, in shared memory, one for each slot. */
  constructor(id: number, marks: Int32Array) {
    this.id = id
    this.marks = marks
  }

  static newMarks(): Int32Array {
    return new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT))
  }

  /** Number of runs held. */
  get load(): number {
    return this.#load
  }

  /** Takes a free slot; the caller has seen that `load` is under `SLOTS`. */
  take(): number {
    const slot = this.#held.indexOf(false)
    this.#held[slot] = true
    this.#load += 1
    Atomics.store(this.marks, slot, RunMark.sent)
    return slot
  }

  release(slot: number): void {
    this.#held[slot] = false
    this.#load -= 1
  }

  /** Whether the engine has it: begun, and not finished. */
  isRunning(slot: number): boolean {
    return Atomics.load(this.marks, slot) === RunMark.begun
  }

  /** Takes a run back that has not begun. False where it has: then its reply is still to come. */
  withdraw(slot: number): boolean {
    return Atomics.compareExchange(this.marks, slot, RunMark.sent, RunMark.withdrawn) === RunMark.sent
  }
}
