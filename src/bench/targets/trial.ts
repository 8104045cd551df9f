import { checkAnswer } from '../answer-check.ts'
import { generatedPayload } from '../payloads/generate-payloads.ts'
import type { RequestPlan } from '../payloads/request-plan.ts'
import type { Dialect, Payload } from '../target.ts'
import { hopeless } from './hopeless.ts'
import type { Peer, PeerAnswer } from './peer.ts'
import { refusalText } from './refusal-text.ts'

/** Bodies of a plan that are tried before it is taken. */
const TRIED_BODIES = 3

/** Asks a server whether it takes requests of some kind. */
export class Trial {
  readonly #peer: Peer
  readonly #seed: number
  readonly #headers: Readonly<Record<string, string>>
  #refusal = ''

  constructor(
    peer: Peer,
    { seed, headers }: { readonly seed: number; readonly headers: Readonly<Record<string, string>> },
  ) {
    this.#peer = peer
    this.#seed = seed
    this.#headers = headers
  }

  /** What the server said to the last request that it refused; all of it. */
  get refusal(): string {
    return this.#refusal
  }

  /** The same for a person. */
  get refusalText(): string {
    return refusalText(this.#refusal)
  }

  /** The first plan of which the server takes some bodies. */
  async firstTaken(plans: Iterable<RequestPlan>): Promise<RequestPlan | undefined> {
    for (const plan of plans) if (await this.takes(plan)) return plan
    return undefined
  }

  /**
   * Whether the server takes some bodies of a plan.
   * @throws ServingError INVALID_PARAMETER_VALUE where it would refuse any other as well
   */
  async takes(plan: RequestPlan): Promise<boolean> {
    for (let variant = 0; variant < TRIED_BODIES; variant++) {
      const payload = generatedPayload(plan, this.#generation, variant)
      const answer = await this.ask(payload)
      if (answer.status !== this.#generation.status) {
        this.#refusal = answer.text
        const error = hopeless(`${this.#peer.url}${payload.path}`, this.#peer.transport, answer)
        if (error !== undefined) throw error
        return false
      }
    }
    return true
  }

  /** Whether the answer to a plan's first body has a prediction for each of its rows. */
  async predicts(plan: RequestPlan, dialect: Dialect): Promise<boolean> {
    const { body } = await this.ask(generatedPayload(plan, this.#generation, 0))
    return checkAnswer({ kind: 'predictions', rows: plan.rows, form: plan.form }, dialect, body) === undefined
  }

  ask({ method, path, headers, body }: Payload): Promise<PeerAnswer> {
    return this.#peer.ask({ method, path, headers, body })
  }

  get #generation() {
    return { seed: this.#seed, headers: this.#headers, status: successOf(this.#peer.transport) }
  }
}

/** The status of an answer that succeeded. */
export function successOf(transport: Peer['transport']): number {
  return transport === 'grpc' ? 0 : 200
}
