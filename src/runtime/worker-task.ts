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
  readonly #isMeantFor: (workerId: number) => boolean
  #onAbort: (() => void) | undefined

  constructor(isMeantFor: (workerId: number) => boolean) {
    this.#isMeantFor = isMeantFor
  }

  /** The balancer: undefined where none of the workers will do, upon which piscina starts another. */
  choose<Worker extends Candidate>(workers: readonly Worker[]): Worker | undefined {
    const chosen = workers.find(({ id }) => this.#isMeantFor(id))
    this.workerId = chosen?.id
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
