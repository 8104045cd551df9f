import { deserializeError, type SerializedError, serializeError, unavailable } from '../core/errors.ts'
import type { ModelChange, PreparedChange } from '../core/model-change.ts'
import type { Report } from './process-messages.ts'

/** Whoever makes the changes of a process. */
export interface ChangingServer {
  prepare(change: ModelChange): Promise<PreparedChange>
}

interface OpenAsking {
  resolve(): void
  reject(error: Error): void
}

/** A process's side of changes that are made in all processes: those that it asks for, and those that it makes. */
export class LinkedChanges {
  readonly #send: (report: Report) => void
  readonly #asked = new Map<number, OpenAsking>()
  readonly #prepared = new Map<number, PreparedChange>()
  #lastId = 0

  constructor(send: (report: Report) => void) {
    this.#send = send
  }

  /** Settles when all processes have made the change. @throws ServingError where one cannot; then none has. */
  ask(change: ModelChange): Promise<void> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#send({ type: 'change', id, change })
    })
  }

  changed({ id, error }: { readonly id: number; readonly error?: SerializedError }): void {
    const asking = this.#asked.get(id)
    this.#asked.delete(id)
    if (error === undefined) asking?.resolve()
    else asking?.reject(deserializeError(error))
  }

  /** Answers the supervisor; never rejects. */
  async prepare(
    server: ChangingServer | undefined,
    { id, change }: { readonly id: number; readonly change: ModelChange },
  ): Promise<void> {
    try {
      if (server === undefined) throw unavailable('The process is not ready')
      const prepared = await server.prepare(change)
      this.#prepared.set(id, prepared)
      this.#send({ type: 'done', id, ...(prepared.plans === undefined ? {} : { plans: prepared.plans }) })
    } catch (error) {
      this.#send({ type: 'done', id, error: serializeError(error) })
    }
  }

  /** Answers the supervisor; never rejects. */
  async commit(id: number): Promise<void> {
    try {
      await this.#take(id)?.commit()
      this.#send({ type: 'done', id })
    } catch (error) {
      this.#send({ type: 'done', id, error: serializeError(error) })
    }
  }

  discard(id: number): void {
    this.#take(id)
      ?.discard()
      .catch(() => {})
  }

  #take(id: number): PreparedChange | undefined {
    const prepared = this.#prepared.get(id)
    this.#prepared.delete(id)
    return prepared
  }
}
