import { deserializeError, unavailable } from '../core/errors.ts'
import type { RolloutChannel } from './rollout-channel.ts'
import type { MemberMessage, RolloutAnswer, RolloutQuestion, ThreadMessage } from './rollout-messages.ts'

/** As long as the rollout thread may take to write outcomes to a slow disk. */
const ANSWER_MS = 30_000

/** A member's channel over which questions are asked too: their answers come to whoever asked, all else to `onMessage`. */
export class AskingChannel implements RolloutChannel {
  onMessage: (message: ThreadMessage) => void = () => {}
  readonly #channel: RolloutChannel
  readonly #answerMs: number
  readonly #open = new Map<number, PromiseWithResolvers<RolloutAnswer>>()
  #lastId = 0

  /** @param answerMs after which a question is taken for lost */
  constructor(channel: RolloutChannel, answerMs = ANSWER_MS) {
    this.#channel = channel
    this.#answerMs = answerMs
    channel.onMessage = (message) => this.#take(message)
  }

  send(message: MemberMessage): void {
    this.#channel.send(message)
  }

  /** @throws ServingError what the rollout thread throws, TEMPORARILY_UNAVAILABLE where it does not answer. */
  async ask(question: RolloutQuestion): Promise<RolloutAnswer> {
    const id = ++this.#lastId
    const asked = Promise.withResolvers<RolloutAnswer>()
    this.#open.set(id, asked)
    const late = setTimeout(() => {
      asked.reject(unavailable('The rollouts of this server gave no answer in time'))
    }, this.#answerMs)
    try {
      this.#channel.send({ kind: 'question', id, question })
      return await asked.promise
    } finally {
      clearTimeout(late)
      this.#open.delete(id)
    }
  }

  #take(message: ThreadMessage): void {
    if (message.kind === 'answer') this.#open.get(message.id)?.resolve(message.answer)
    else if (message.kind === 'failure') this.#open.get(message.id)?.reject(deserializeError(message.error))
    else this.onMessage(message)
  }
}
