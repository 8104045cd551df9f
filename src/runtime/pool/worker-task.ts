/** What piscina's balancer shows of a worker. */
interface Candidate {
  readonly id: number
}

/**
 * A task on its way through piscina: it names the worker that it is meant for, and it is the signal that
 * takes it back. Taking back a task that runs ends the worker, which is piscina's rule.
 */
export class WorkerTask {
  aborted = false
  /** The worker that has it, once there is one. */
  workerId: number | undefined
  readonly #suits: (workerId: number) => boolean
  readonly #waits: boolean
  #onAbort: (() => void) | undefined

  /** For this worker and no other: it is taken back where the worker is gone. */
  static forWorker(workerId: number): WorkerTask {
    return new WorkerTask((id) => id === workerId, false)
  }

  /** For whichever worker is `fresh`; it waits until there is one. */
  static forFreshWorker(fresh: (workerId: number) => boolean): WorkerTask {
    return new WorkerTask(fresh, true)
  }

  private constructor(suits: (workerId: number) => boolean, waits: boolean) {
    this.#suits = suits
    this.#waits = waits
  }

  /** The balancer: undefined where none of the workers will do, upon which piscina starts another. */
  choose<Worker extends Candidate>(workers: readonly Worker[]): Worker | undefined {
    const chosen = workers.find(({ id }) => this.#suits(id))
    this.workerId = chosen?.id
    // Not at once: piscina is about to put the task back into its queue, from where it can be removed.
    if (chosen === undefined && !this.#waits) queueMicrotask(() => this.abort())
    return chosen
  }

  abort(): void {
    this.aborted = true
    this.#onAbort?.()
  }

  /** The two methods by which piscina listens. A real AbortSignal costs ten times as much for each run. */
  addEventListener(_name: 'abort', listener: () => void): void {
    this.#onAbort = listener
  }

  removeEventListener(): void {
    this.#onAbort = undefined
  }
}
