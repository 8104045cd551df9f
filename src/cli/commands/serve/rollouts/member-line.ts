import { serializeError, unavailable } from '../../../../core/errors.ts'
import type { MemberMessage, RolloutModel, ThreadMessage } from '../../../../rollout/rollout-messages.ts'

/** The line of one member to the rollout thread, and what it needs where that thread has to be started again. */
export class MemberLine {
  /** To be said again to a new thread. */
  join: Extract<MemberMessage, { readonly kind: 'join' }> | undefined
  readonly #deliver: (message: ThreadMessage) => void
  readonly #questions = new Set<number>()

  constructor(deliver: (message: ThreadMessage) => void) {
    this.#deliver = deliver
  }

  /** What the member says. */
  note(message: MemberMessage): void {
    if (message.kind === 'join') this.join = message
    else if (message.kind === 'question') this.#questions.add(message.id)
  }

  tell(message: ThreadMessage): void {
    if (message.kind === 'state') this.#beginBy(message.models)
    else this.#questions.delete(message.id)
    this.#deliver(message)
  }

  /** A new thread is told of the models by which the rollouts began, whatever the member has loaded since. */
  #beginBy(begun: readonly RolloutModel[]): void {
    if (this.join === undefined) return
    const models = this.join.models.map((model) => begun.find(({ name }) => name === model.name) ?? model)
    this.join = { ...this.join, models }
  }

  /** Nobody answers what is open. */
  failAll(): void {
    const error = serializeError(unavailable('The rollouts of this server are being started again'))
    for (const id of [...this.#questions]) this.tell({ kind: 'failure', id, error })
  }
}
