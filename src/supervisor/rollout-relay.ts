import type { Order } from './process-messages.ts'

/** A member's line to whoever keeps the rollouts of a server. What crosses it is theirs to know. */
export interface RolloutLine {
  send(message: unknown): void
  /** The member is gone. */
  close(): void
}

/** @param deliver is given what goes back to the member. */
export type OpenRolloutLine = (deliver: (message: unknown) => void) => RolloutLine

/** Takes what members say of their rollouts to whoever keeps them, and what comes back to the member that it is for. */
export class RolloutRelay<Member extends { send(order: Order): void }> {
  readonly #open: OpenRolloutLine | undefined
  readonly #lines = new Map<Member, RolloutLine>()

  /** @param open undefined where there are no rollouts: then nobody has anything to say. */
  constructor(open: OpenRolloutLine | undefined) {
    this.#open = open
  }

  take(member: Member, message: unknown): void {
    const line = this.#lines.get(member) ?? this.#open?.((back) => this.#deliver(member, back))
    if (line === undefined) return
    this.#lines.set(member, line)
    line.send(message)
  }

  leave(member: Member): void {
    this.#lines.get(member)?.close()
    this.#lines.delete(member)
  }

  #deliver(member: Member, message: unknown): void {
    member.send({ type: 'rollout', message })
  }
}
